/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/node_certs.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "util/base64.h"
#include "util/buffer.h"

struct walk {
    node_certs_visit *visit;
    void *context;
    struct buffer base64;
    struct buffer der;
    const char *end; /* the END line of the current block; NULL outside a block */
    size_t line;     /* the current line, from 1 */
    size_t begin;    /* where the block began */
    bool told;       /* a malformed BEGIN line was met since the last block */
};

static const struct {
    const char *begin;
    const char *end;
} labels[] = {
    {"-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"},
    {"-----BEGIN X509 CERTIFICATE-----", "-----END X509 CERTIFICATE-----"},
    {"-----BEGIN TRUSTED CERTIFICATE-----", "-----END TRUSTED CERTIFICATE-----"},
};

/* Takes off what OpenSSL ignores: a byte order mark at the start; at the end white space and, on machines where char is
 * signed, bytes beyond ASCII. */
static struct slice trim(struct slice line)
{
    static const char bom[] = "\xef\xbb\xbf";
    if (slice_starts_with(line, bom)) {
        line.at += strlen(bom);
        line.len -= strlen(bom);
    }
    while (line.len > 0 && (line.at[line.len - 1] <= ' ' || (line.at[line.len - 1] & 0x80) != 0)) {
        line.len--;
    }
    return line;
}

/* The END line that goes with a BEGIN line, or NULL. */
static const char *end_of_begin(struct slice line)
{
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        if (slice_eq_str(line, labels[i].begin)) {
            return labels[i].end;
        }
    }
    return NULL;
}

static bool is_end(struct slice line)
{
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        if (slice_eq_str(line, labels[i].end)) {
            return true;
        }
    }
    return false;
}

/* Would a person who reads the file take the line for a BEGIN line? */
static bool resembles_begin(struct slice line)
{
    static const char begin[] = "-----BEGIN ";
    static const char label[] = "CERTIFICATE-----";
    const char *at = memmem(line.at, line.len, begin, strlen(begin));
    return at != NULL && memmem(at, (size_t)(line.at + line.len - at), label, strlen(label)) != NULL;
}

static bool visit_fault(struct walk *walk, const char *fault, size_t line, struct err *err)
{
    const struct node_certs_block block = {.fault = fault, .line = line};
    return walk->visit(walk->context, &block, err);
}

static bool visit_block(struct walk *walk, struct err *err)
{
    buffer_clear(&walk->der);
    walk->end = NULL;
    if (walk->base64.len > NODE_CERTS_MAX_PEM || !base64_decode(&walk->der, buffer_slice(&walk->base64)) ||
        walk->der.len == 0) {
        return visit_fault(walk, "damaged", walk->begin, err);
    }
    const struct node_certs_block block = {.der = buffer_slice(&walk->der), .line = walk->begin};
    return walk->visit(walk->context, &block, err);
}

/* Begins a block. If the block before has no END line, it ends here: its content may still be whole. */
static bool begin_block(struct walk *walk, const char *end, struct err *err)
{
    bool going_on = walk->end == NULL || visit_block(walk, err);
    walk->end = end;
    walk->begin = walk->line;
    walk->told = false;
    buffer_clear(&walk->base64);
    return going_on;
}

/* A line that belongs to no block that can be read. A certificate without its BEGIN line, or with one that is none, is
 * seen by its END line. */
static bool walk_other_line(struct walk *walk, struct slice line, struct err *err)
{
    if (resembles_begin(line)) {
        walk->told = true;
        return visit_fault(walk, "its BEGIN line does not stand alone on a line", walk->line, err);
    }
    bool lost = walk->end == NULL && is_end(line) && !walk->told;
    walk->told = walk->told && !is_end(line);
    return !lost || visit_fault(walk, "it has an END line and no BEGIN line", walk->line, err);
}

static bool walk_line(struct walk *walk, struct slice line, struct err *err)
{
    struct slice text = trim(line);
    const char *end = end_of_begin(text);
    if (end != NULL) {
        return begin_block(walk, end, err);
    }
    if (walk->end != NULL && slice_eq_str(text, walk->end)) {
        return visit_block(walk, err);
    }
    if (walk->end != NULL && walk->base64.len <= NODE_CERTS_MAX_PEM) {
        buffer_add(&walk->base64, line.at, line.len);
    }
    return walk_other_line(walk, text, err);
}

bool node_certs_walk_file(FILE *file, node_certs_visit *visit, void *context, struct err *err)
{
    struct walk walk = {.visit = visit, .context = context};
    char *line = NULL;
    size_t size = 0;
    ssize_t len;
    bool done = false;
    while (errno = 0, (len = getline(&line, &size, file)) >= 0) {
        walk.line++;
        if (!walk_line(&walk, (struct slice){line, (size_t)len}, err)) {
            goto out;
        }
    }
    if (!feof(file)) {
        err_set_errno(err, errno, "line %zu", walk.line + 1);
    } else if (walk.end != NULL) {
        err_set(err, "line %zu: the certificate that begins here has no end: the file is not whole", walk.begin);
    } else {
        done = true;
    }
out:
    free(line);
    buffer_free(&walk.base64);
    buffer_free(&walk.der);
    return done;
}

bool node_certs_walk(struct slice pem, node_certs_visit *visit, void *context, struct err *err)
{
    if (pem.len == 0) {
        return true;
    }
    FILE *file = fmemopen((void *)(uintptr_t)pem.at, pem.len, "r"); /* fmemopen only reads here */
    if (file == NULL) {
        return err_set_errno(err, errno, "certificates");
    }
    bool done = node_certs_walk_file(file, visit, context, err);
    fclose(file);
    return done;
}
