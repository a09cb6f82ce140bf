/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-files/shared_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "relay/via_header.h"
#include "shared-files/shared_cleaner.h"
#include "shared-files/shared_forward.h"
#include "shared-files/shared_route.h"
#include "shared-files/shared_store.h"
#include "util/digest.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "shared_files"

enum { QUERY_MAX = 2048 };

void *shared_files_start(const struct relay_config *config, struct err *err)
{
    (void)err;
    struct shared_files *files = xcalloc(1, sizeof *files);
    files->config = config;
    if (access(config->shared_files.path, R_OK | W_OK | X_OK) != 0) {
        log_warn("the directory of shared files cannot be used", log_text("directory", config->shared_files.path),
                 log_text("reason", strerror(errno)));
    }
    return files;
}

void shared_files_stop(void *state)
{
    free(state);
}

int64_t shared_files_idle(void *state)
{
    const struct shared_files *files = state;
    return shared_cleaner_run(files->config->shared_files.path, files->config->shared_files.cleanup_frequency);
}

/* ---- what all have in common ---- */

static const struct request_wording shared_files_wording = {LOG_COMPONENT, "shared file refused", "shared file failed",
                                                            .bare = false};

void shared_files_begin(struct shared_files_context *context, void *state, struct request *request,
                        struct response *response)
{
    const struct shared_files *files = state;
    *context = (struct shared_files_context){
        .base = {.wording = &shared_files_wording,
                 .request = request,
                 .response = response,
                 .fields = {log_text("method", request->method), log_text("path", request->path.at)}},
        .config = files->config,
    };
}

/* Is a request for what hangs on this node to be answered here? Else it is done. */
static bool target_is_here(struct shared_files_context *context, const char *path)
{
    const struct relay_config *config = context->config;
    struct request *request = context->base.request;
    struct shared_route route;
    if (!request_context_has_index(&context->base)) {
        return false;
    }
    shared_route_find(&route, request->index, config->general.node_id, context->name.target);
    if (route.way == SHARED_HERE) {
        return true;
    }
    if (route.way == SHARED_NOWHERE) {
        return request_context_refuse(&context->base, 500, "unknown node");
    }
    if (via_header_is_loop(request_env(request, "HTTP_VIA"), config->general.node_id)) {
        return request_context_refuse(&context->base, 502, VIA_LOOP_REASON);
    }
    shared_forward(config, request, context->base.response, route.way == SHARED_BELOW ? route.next_hop : NULL, path);
    return false;
}

static bool take_shared_name(struct shared_files_context *context)
{
    const struct slice *args = context->base.request->args;
    struct err err = {0};
    return shared_file_name_set(&context->name, args[0], args[1], args[2], &err) ||
           request_context_refuse(&context->base, 400, err.text);
}

bool shared_files_is_here(struct shared_files_context *context)
{
    const struct shared_file_name *name = &context->name;
    char path[sizeof "/shared-files///" + 2 * NODE_ID_SIZE + SHARED_FILE_ID_MAX];
    if (!take_shared_name(context)) {
        return false;
    }
    if (strcmp(context->base.request->method, "PUT") == 0 &&
        !request_context_body_fits(&context->base, context->config->shared_files.max_body_size)) {
        return false;
    }
    snprintf(path, sizeof path, "/shared-files/%s/%s/%s", name->target, name->source, name->file_id);
    return target_is_here(context, path);
}

bool shared_files_query(const struct shared_files_context *context, struct url_form *form, struct err *err)
{
    const char *query = request_env(context->base.request, "QUERY_STRING");
    struct slice text = slice_from_str(query != NULL ? query : "");
    return text.len <= QUERY_MAX ? url_form_parse(form, text, err)
                                 : err_set(err, "the query has more than %d bytes", QUERY_MAX);
}

/* ---- HEAD: is the file there, with this hash? ---- */

static bool is_hash(const char *text)
{
    unsigned char ignored[DIGEST_MAX_SIZE];
    size_t len = text != NULL ? strlen(text) : 0;
    return (len == 2 * digest_algorithm_size(DIGEST_SHA256) || len == 2 * digest_algorithm_size(DIGEST_SHA512)) &&
           digest_unhex(ignored, len / 2, text, len);
}

static void shared_files_answer_hash(const struct shared_files_context *context, const char *hash)
{
    struct shared_found found = {.fd = -1};
    struct err err = {0};
    enum shared_result result =
        shared_store_find(context->config->shared_files.path, &context->name, time(NULL), &found, &err);
    if (result == SHARED_FAILED) {
        request_context_fail(&context->base, 500, err.text);
    } else {
        bool same = result == SHARED_DONE && shared_file_meta_has_hash(&found.meta, slice_from_str(hash));
        response_empty(context->base.response, same ? 200 : 404);
    }
    shared_found_close(&found);
}

void shared_files_head(void *state, struct request *request, struct response *response)
{
    struct shared_files_context context;
    struct url_form form = {0};
    struct err err = {0};
    shared_files_begin(&context, state, request, response);
    if (!shared_files_is_here(&context)) {
        return;
    }
    if (!shared_files_query(&context, &form, &err)) {
        request_context_refuse(&context.base, 400, err.text);
    } else if (!is_hash(url_form_get(&form, "hash"))) {
        request_context_refuse(&context.base, 400,
                               "hash is missing, or is not hexadecimal digits of a sha256 or sha512");
    } else {
        shared_files_answer_hash(&context, url_form_get(&form, "hash"));
    }
    url_form_free(&form);
}

/* ---- GET: for the target itself ---- */

static void answer_shared_file(const struct request *request, struct response *response, struct shared_found *found)
{
    char tag[2 * DIGEST_MAX_SIZE + 3];
    snprintf(tag, sizeof tag, "\"%.*s\"", (int)found->meta.hash_value.len, found->meta.hash_value.at);
    bool same = request_knows_tag(request, tag);
    response_empty(response, same ? 304 : 200);
    response_header(response, "ETag", tag);
    if (same) {
        return;
    }
    response_header(response, "Content-Type", "application/octet-stream");
    buffer_add(&response->body, found->text.at, found->text.len);
    buffer_add_text(&response->body, "\n");
    response_attach(response, found->fd, 0, found->size);
    found->fd = -1;
}

static void send_found(struct shared_files_context *context)
{
    struct shared_found found = {.fd = -1};
    struct err err = {0};
    switch (shared_store_find(context->config->shared_files.path, &context->name, time(NULL), &found, &err)) {
    case SHARED_DONE:
        answer_shared_file(context->base.request, context->base.response, &found);
        break;
    case SHARED_ABSENT:
        response_text(context->base.response, 404, "no such file\n");
        break;
    case SHARED_NO_SPACE:
    case SHARED_FAILED:
        request_context_fail(&context->base, 500, err.text);
        break;
    }
    shared_found_close(&found);
}

void shared_files_get(void *state, struct request *request, struct response *response)
{
    struct shared_files_context context;
    const char *uid;
    shared_files_begin(&context, state, request, response);
    if (!take_shared_name(&context)) {
        return;
    }
    if (!request_certificate_uid(request, &uid) || strcmp(uid, context.name.target) != 0) {
        request_context_refuse(&context.base, 403, "only the target gets a shared file, by its client certificate");
    } else {
        send_found(&context);
    }
}
