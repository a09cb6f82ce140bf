/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_put: takes a shared file in. The body goes to disk as it comes; hash and signature are computed on the way.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "endpoint/body.h"
#include "endpoint/client_certificate.h"
#include "relay/peer.h"
#include "shared-files/arrival_quota.h"
#include "shared-files/shared_files.h"
#include "shared-files/shared_key.h"
#include "shared-files/shared_store.h"
#include "util/duration.h"
#include "util/log.h"

#define LOG_COMPONENT "shared_put"

enum { PIECE_SIZE = 65536, HEAD_PIECE_SIZE = 4096, ROOM_PATIENCE_MS = 2000 };

/* The metadata as they came in, and the beginning of the file that came with them. */
struct head {
    struct buffer bytes;
    struct shared_file_meta meta;
    size_t skip; /* up to where the file's bytes begin */
};

static bool take_ttl(const struct shared_files_context *context, int64_t *ttl)
{
    struct url_form form = {0};
    struct err err = {0};
    bool good = shared_files_query(context, &form, &err);
    const char *text = good ? url_form_get(&form, "ttl") : NULL;
    if (good && (text == NULL || url_form_count(&form, "ttl") > 1)) {
        good = err_set(&err, "ttl is missing, or given twice");
    }
    good = good && duration_parse(text, strlen(text), ttl, &err);
    url_form_free(&form);
    if (!good) {
        request_context_refuse(&context->base, 400, err.text);
    }
    return good;
}

static int64_t limit_ttl(const struct shared_files_context *context, int64_t ttl)
{
    int64_t max = context->config->shared_files.max_ttl;
    if (ttl > max) {
        log_info("a shared file is kept shorter than asked for", log_text("target", context->name.target),
                 log_text("source", context->name.source), log_text("file", context->name.file_id),
                 log_number("ttl", ttl), log_number("kept", max));
        ttl = max;
    }
    return ttl;
}

/* Is the client the policy server that this one gets its files from, by its pinned key or by its name? */
static bool is_upstream(const struct shared_files_context *context)
{
    struct request *request = context->base.request;
    struct buffer pins = {0};
    struct err err = {0};
    if (client_certificate_by_ca(request)) {
        return client_certificate_is_upstream(request);
    }
    bool is =
        peer_upstream_pins(context->config, &pins, &err) && client_certificate_is_pinned(request, buffer_slice(&pins));
    buffer_free(&pins);
    return is;
}

/* Does the client show a certificate, if shared_files.require_certificate is set? Else the request is refused. */
static bool client_may_put(const struct shared_files_context *context)
{
    return !context->config->shared_files.require_certificate || is_upstream(context) ||
           request_context_client_above(&context->base, context->name.source);
}

/* Whoever is no node of ours is told so first, whatever it says. */
static void refuse_metadata(const struct shared_files_context *context, const char *reason)
{
    bool known = node_index_find(context->base.request->index, context->name.source, NULL);
    request_context_refuse(&context->base, known ? 500 : 404, known ? reason : "the source is not known");
}

/* Reads up to the empty line after the metadata. False when that failed; then the request is answered. */
static bool shared_put_read_head(const struct shared_files_context *context, struct head *head)
{
    struct err err = {0};
    size_t len;
    while (!shared_file_meta_end(buffer_slice(&head->bytes), &len, &head->skip)) {
        if (head->bytes.len > SHARED_FILE_META_MAX_SIZE) {
            refuse_metadata(context, "no empty line ends the metadata");
            return false;
        }
        ssize_t got =
            body_read(context->base.request, buffer_reserve(&head->bytes, HEAD_PIECE_SIZE), HEAD_PIECE_SIZE, &err);
        if (got < 0) {
            request_context_refuse(&context->base, 400, err.text);
            return false;
        }
        if (got == 0) {
            refuse_metadata(context, "no empty line ends the metadata");
            return false;
        }
        head->bytes.len += (size_t)got;
    }
    if (!shared_file_meta_parse(&head->meta, (struct slice){head->bytes.at, len}, &err)) {
        refuse_metadata(context, err.text);
        return false;
    }
    return true;
}

static void shared_put_answer(const struct shared_files_context *context, enum shared_result result, const char *reason)
{
    request_context_fail(&context->base, result == SHARED_NO_SPACE ? 507 : 500, reason);
}

/* Writes the rest of the body to the file and computes hash and signature. False when that failed; then the request is
 * answered. */
static bool shared_put_copy_body(const struct shared_files_context *context, const struct head *head,
                                 struct shared_arrival *arrival, struct shared_file_signature *signature)
{
    char piece[PIECE_SIZE];
    struct err err = {0};
    const char *at = head->bytes.at + head->skip;
    ssize_t len = (ssize_t)(head->bytes.len - head->skip);
    do {
        if (!safe_file_write(&arrival->file, at, (size_t)len, &err)) {
            shared_put_answer(context, shared_result_of(errno), err.text);
            return false;
        }
        shared_file_signature_add(signature, at, (size_t)len);
        at = piece;
        len = body_read(context->base.request, piece, sizeof piece, &err);
    } while (len > 0);
    if (len < 0) { /* the client may be gone and not read this */
        request_context_refuse(&context->base, 400, err.text);
    } else if (!shared_file_signature_check(signature, &head->meta, &err)) {
        request_context_refuse(&context->base, 500, err.text);
        len = -1;
    }
    return len == 0;
}

static void shared_put_store(const struct shared_files_context *context, struct head *head,
                             struct shared_file_signature *signature, int64_t ttl)
{
    const struct relay_config *config = context->config;
    struct shared_arrival arrival;
    struct err err = {0};
    enum shared_result result =
        shared_arrival_begin(&arrival, config->shared_files.path, &context->name, context->base.request->length,
                             config->upload.min_free_space, &err);
    if (result != SHARED_DONE) {
        shared_put_answer(context, result, err.text);
        return;
    }
    if (!shared_put_copy_body(context, head, &arrival, signature)) {
        shared_arrival_abandon(&arrival);
        return;
    }
    head->meta.expires = time(NULL) + ttl;
    result = shared_arrival_commit(&arrival, &context->name, &head->meta, &err);
    if (result != SHARED_DONE) {
        shared_put_answer(context, result, err.text);
        return;
    }
    log_info("shared file stored", log_text("target", context->name.target), log_text("source", context->name.source),
             log_text("file", context->name.file_id),
             log_number("bytes", context->base.request->length - (int64_t)head->skip), log_number("ttl", ttl));
    response_empty(context->base.response, 200);
}

static void receive(const struct shared_files_context *context, struct head *head, int64_t ttl)
{
    struct err err = {0};
    struct shared_file_signature *signature = NULL;
    if (!shared_put_read_head(context, head)) {
        return;
    }
    signature = shared_file_signature_new(&head->meta, &err);
    if (signature == NULL) {
        refuse_metadata(context, err.text);
    } else {
        int status = shared_key_check_source(context, signature, &err);
        if (status == 200) {
            shared_put_store(context, head, signature, ttl);
        } else {
            request_context_refuse(&context->base, status, err.text);
        }
    }
    shared_file_signature_free(signature);
}

/* Room for the body among those that are on their way in: a descriptor that holds it, or -1; then the request is
 * answered, and the body is not waited for: its client may be the slow one that takes all the room. */
static int take_room(const struct shared_files_context *context)
{
    const struct relay_config *config = context->config;
    struct request *request = context->base.request;
    struct err err = {0};
    int fd = arrival_quota_take(config->shared_files.path, request_client(request), request->length,
                                config->shared_files.max_unfinished_size, ROOM_PATIENCE_MS, &err);
    if (fd >= 0) {
        return fd;
    }
    if (errno == EAGAIN) {
        request_context_refuse(&context->base, 503, "too many files of this client, or of all, are on their way in");
        body_give_up(request);
    } else {
        shared_put_answer(context, shared_result_of(errno), err.text);
    }
    return -1;
}

static void put_here_or_elsewhere(const struct shared_files_context *context)
{
    struct head head = {0};
    int64_t ttl;
    if (shared_files_is_here(context) && take_ttl(context, &ttl)) {
        receive(context, &head, limit_ttl(context, ttl));
    }
    buffer_free(&head.bytes);
}

/* In a child, since the body comes as slowly as the client likes. */
void shared_files_put(void *state, struct request *request, struct response *response)
{
    struct shared_files_context context;
    shared_files_begin(&context, state, request, response);
    if (!shared_files_take_name(&context) ||
        !request_context_takes_body(&context.base, context.config->shared_files.max_body_size) ||
        !client_may_put(&context) || !request_context_offload(&context.base)) {
        return;
    }
    int room = take_room(&context);
    if (room >= 0) {
        put_here_or_elsewhere(&context);
        close(room);
    }
}
