/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-files/shared_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "endpoint/client_certificate.h"
#include "relay/via_header.h"
#include "shared-files/shared_body.h"
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

bool shared_files_client_is_known(const struct shared_files_context *context)
{
    struct request *request = context->base.request;
    const char *client;
    return request_env(request, "SSL_CLIENT_VERIFY") == NULL || !client_certificate_by_ca(request) ||
           client_certificate_is_upstream(request) || request_context_client_node(&context->base, &client);
}

bool shared_files_take_name(struct shared_files_context *context)
{
    const struct slice *args = context->base.request->args;
    struct err err = {0};
    return shared_file_name_set(&context->name, args[0], args[1], args[2], &err) ||
           request_context_refuse(&context->base, 400, err.text);
}

/* To the relay next_hop, or to the upstream if that is NULL. */
static void forward_elsewhere(const struct shared_files_context *context, const char *next_hop)
{
    const struct shared_file_name *name = &context->name;
    char path[sizeof "/shared-files///" + 2 * NODE_ID_SIZE + SHARED_FILE_ID_MAX];
    if (!context->base.response->head && !shared_body_take(context)) {
        return;
    }
    snprintf(path, sizeof path, "/shared-files/%s/%s/%s", name->target, name->source, name->file_id);
    shared_forward(context->config, &context->base, next_hop, path);
}

bool shared_files_is_here(const struct shared_files_context *context)
{
    const char *me = context->config->general.node_id;
    struct request *request = context->base.request;
    struct shared_route route;
    if (!request_context_has_index(&context->base)) {
        return false;
    }
    shared_route_find(&route, request->index, me, context->name.target);
    if (route.way == SHARED_HERE) {
        return true;
    }
    if (route.way == SHARED_NOWHERE) {
        return request_context_refuse(&context->base, 500, "unknown node");
    }
    if (via_header_is_loop(request_env(request, "HTTP_VIA"), me)) {
        return request_context_refuse(&context->base, 502, VIA_LOOP_REASON);
    }
    forward_elsewhere(context, route.way == SHARED_BELOW ? route.next_hop : NULL);
    return false;
}

bool shared_files_query(const struct shared_files_context *context, struct url_form *form, struct err *err)
{
    const char *query = request_env(context->base.request, "QUERY_STRING");
    struct slice text = slice_from_str(query != NULL ? query : "");
    return text.len <= QUERY_MAX ? url_form_parse(form, text, err)
                                 : err_set(err, "the query has more than %d bytes", QUERY_MAX);
}

/* ---- HEAD: is the file there, with this hash? ---- */

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
    if (!shared_files_take_name(&context) || !shared_files_client_is_known(&context) ||
        !shared_files_is_here(&context)) {
        return;
    }
    /* what is no hash, or no query, is no file's hash */
    const char *hash = shared_files_query(&context, &form, &err) ? url_form_get(&form, "hash") : NULL;
    shared_files_answer_hash(&context, hash != NULL ? hash : "");
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
    shared_file_meta_format(&found->meta,
                            &response->body); /* not as stored: what others have put there may lack line ends */
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
    const char *client;
    shared_files_begin(&context, state, request, response);
    if (!shared_files_take_name(&context) || !request_context_client_node(&context.base, &client)) {
        return;
    }
    if (strcmp(client, context.name.target) != 0) {
        request_context_refuse(&context.base, 403, "only the target gets a shared file, by its client certificate");
    } else {
        send_found(&context);
    }
}
