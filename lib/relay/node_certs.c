/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/node_certs.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include "util/base64.h"
#include "util/buffer.h"

/* ---- DER (X.690), as little as it takes to get to the subject ---- */

enum {
    TAG_INTEGER = 0x02,
    TAG_OID = 0x06,
    TAG_UTF8_STRING = 0x0c,
    TAG_PRINTABLE_STRING = 0x13,
    TAG_T61_STRING = 0x14,
    TAG_IA5_STRING = 0x16,
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31,
    TAG_VERSION = 0xa0 /* [0] EXPLICIT */
};

struct der_value {
    uint8_t tag;
    struct slice content;
};

/* Takes the next value off the front of rest. False at its end and on anything that is not DER: lengths are definite,
 * in their shortest form, and within rest. */
static bool der_next(struct slice *rest, struct der_value *value)
{
    const uint8_t *at = (const uint8_t *)rest->at;
    size_t head = 2;
    if (rest->len < head || (at[0] & 0x1f) == 0x1f) { /* no certificate has tags of several bytes up to the subject */
        return false;
    }
    size_t len = at[1];
    if (len >= 0x80) {
        size_t bytes = len & 0x7f;
        head += bytes;
        if (bytes < 1 || bytes > 3 || rest->len < head || at[2] == 0) {
            return false;
        }
        len = 0;
        for (size_t i = 2; i < head; i++) {
            len = len << 8 | at[i];
        }
        if (len < 0x80) {
            return false;
        }
    }
    if (len > rest->len - head) {
        return false;
    }
    *value = (struct der_value){at[0], {rest->at + head, len}};
    rest->at += head + len;
    rest->len -= head + len;
    return true;
}

static bool der_take(struct slice *rest, uint8_t tag, struct slice *content)
{
    struct der_value value;
    if (!der_next(rest, &value) || value.tag != tag) {
        return false;
    }
    *content = value.content;
    return true;
}

/* RFC 5280, 4.1: Certificate and TBSCertificate. */
static bool find_subject(struct slice der, struct slice *subject)
{
    struct slice certificate, tbs, skipped;
    if (!der_take(&der, TAG_SEQUENCE, &certificate) || der.len > 0 || !der_take(&certificate, TAG_SEQUENCE, &tbs)) {
        return false;
    }
    if (tbs.len > 0 && (uint8_t)tbs.at[0] == TAG_VERSION && !der_take(&tbs, TAG_VERSION, &skipped)) {
        return false;
    }
    return der_take(&tbs, TAG_INTEGER, &skipped)      /* serial number */
           && der_take(&tbs, TAG_SEQUENCE, &skipped)  /* signature algorithm */
           && der_take(&tbs, TAG_SEQUENCE, &skipped)  /* issuer */
           && der_take(&tbs, TAG_SEQUENCE, &skipped)  /* validity */
           && der_take(&tbs, TAG_SEQUENCE, subject);
}

/* One AttributeTypeAndValue: counts it if it is a UID. False when it is malformed. */
static bool take_attribute(struct slice attribute, size_t *uids, struct der_value *uid)
{
    static const char uid_oid[] = "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"; /* 0.9.2342.19200300.100.1.1 */
    struct slice oid;
    struct der_value value;
    if (!der_take(&attribute, TAG_OID, &oid) || !der_next(&attribute, &value) || attribute.len > 0) {
        return false;
    }
    if (slice_eq(oid, (struct slice){uid_oid, sizeof uid_oid - 1})) {
        ++*uids;
        *uid = value;
    }
    return true;
}

static bool is_text(uint8_t tag)
{
    return tag == TAG_UTF8_STRING || tag == TAG_PRINTABLE_STRING || tag == TAG_IA5_STRING || tag == TAG_T61_STRING;
}

/* Exactly one UID in a subject without a fault: with two, or with a part that another reader may take for one, two
 * readers could see two nodes in one certificate. Such a one is nobody's. */
static bool find_uid(struct slice subject, struct der_value *uid)
{
    size_t uids = 0;
    struct slice names, attribute;
    while (subject.len > 0) {
        if (!der_take(&subject, TAG_SET, &names)) {
            return false;
        }
        while (names.len > 0) {
            if (!der_take(&names, TAG_SEQUENCE, &attribute) || !take_attribute(attribute, &uids, uid)) {
                return false;
            }
        }
    }
    return uids == 1;
}

bool node_certs_uid(struct slice der, char node_id[NODE_ID_SIZE])
{
    struct slice subject;
    struct der_value uid;
    if (!find_subject(der, &subject) || !find_uid(subject, &uid) || !is_text(uid.tag) ||
        !node_id_valid(uid.content.at, uid.content.len)) {
        return false;
    }
    memcpy(node_id, uid.content.at, uid.content.len);
    node_id[uid.content.len] = '\0';
    return true;
}

/* ---- PEM (RFC 7468) ---- */

struct walk {
    node_certs_visit *visit;
    void *context;
    struct buffer base64;
    struct buffer der;
    size_t line;  /* the one being read, from 1 */
    size_t begin; /* where the block began; 0: outside of one */
};

static struct slice without_line_end(struct slice line)
{
    while (line.len > 0 && strchr(" \t\r\n", line.at[line.len - 1]) != NULL && line.at[line.len - 1] != '\0') {
        line.len--;
    }
    return line;
}

static bool visit_damaged(struct walk *walk, struct err *err)
{
    return walk->visit(walk->context, NULL, (struct slice){NULL, 0}, walk->begin, err);
}

static bool visit_block(struct walk *walk, struct err *err)
{
    char node_id[NODE_ID_SIZE];
    struct slice subject;
    buffer_clear(&walk->der);
    if (walk->base64.len > NODE_CERTS_MAX_PEM || !base64_decode(&walk->der, buffer_slice(&walk->base64)) ||
        !find_subject(buffer_slice(&walk->der), &subject)) {
        return visit_damaged(walk, err);
    }
    struct slice der = buffer_slice(&walk->der);
    return walk->visit(walk->context, node_certs_uid(der, node_id) ? node_id : NULL, der, walk->begin, err);
}

static bool walk_line(struct walk *walk, struct slice line, struct err *err)
{
    struct slice text = without_line_end(line);
    bool going_on = true;
    if (slice_eq_str(text, "-----BEGIN CERTIFICATE-----")) {
        if (walk->begin != 0) {
            going_on = visit_damaged(walk, err);
        }
        walk->begin = walk->line;
        buffer_clear(&walk->base64);
    } else if (walk->begin != 0 && slice_eq_str(text, "-----END CERTIFICATE-----")) {
        going_on = visit_block(walk, err);
        walk->begin = 0;
    } else if (walk->begin != 0 && walk->base64.len <= NODE_CERTS_MAX_PEM) {
        buffer_add(&walk->base64, line.at, line.len);
    }
    return going_on;
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
    } else if (walk.begin != 0) {
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
    FILE *file = fmemopen((void *)(uintptr_t)pem.at, pem.len, "r"); /* which only reads */
    if (file == NULL) {
        return err_set_errno(err, errno, "certificates");
    }
    bool done = node_certs_walk_file(file, visit, context, err);
    fclose(file);
    return done;
}
