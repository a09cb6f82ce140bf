/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-files/shared_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "endpoint/body.h"
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

void shared_visit_refuse(const struct shared_visit *visit, int status, const char *reason)
{
    log_warn("shared file refused", log_text("method", visit->request->method),
             log_text("path", visit->request->path.at), log_number("status", status),
             log_text("client", request_client(visit->request)), log_text("reason", reason));
    response_text(visit->response, status, "%s\n", reason);
}

void shared_visit_fail(const struct shared_visit *visit, int status, const char *reason)
{
    log_error("shared file failed", log_text("method", visit->request->method),
              log_text("path", visit->request->path.at), log_number("status", status),
              log_text("client", request_client(visit->request)), log_text("reason", reason));
    if (status == 507) {
        response_no_space(visit->response);
    } else {
        response_internal_error(visit->response);
    }
}

/* Is a request for what hangs on this node to be answered here? Else it is done. */
static bool is_here(struct shared_visit *visit, const char *node_id, const char *path)
{
    const struct relay_config *config = visit->files->config;
    struct request *request = visit->request;
    struct shared_route route;
    if (request->index == NULL) {
        shared_visit_refuse(visit, 503, "the relay does not know its nodes yet");
        return false;
    }
    shared_route_find(&route, request->index, config->general.node_id, node_id);
    if (route.way == SHARED_HERE) {
        return true;
    }
    if (route.way == SHARED_NOWHERE) {
        shared_visit_refuse(visit, 500, "unknown node");
    } else if (via_header_is_loop(request_env(request, "HTTP_VIA"), config->general.node_id)) {
        shared_visit_refuse(visit, 502, VIA_LOOP_REASON);
    } else {
        shared_forward(config, request, visit->response, route.way == SHARED_BELOW ? route.next_hop : NULL, path);
    }
    return false;
}

bool shared_visit_begin(struct shared_visit *visit, void *state, struct request *request, struct response *response)
{
    struct err err = {0};
    char path[sizeof "/shared-files///" + 2 * NODE_ID_SIZE + SHARED_FILE_ID_MAX];
    *visit = (struct shared_visit){.files = state, .request = request, .response = response};
    if (!shared_file_name_set(&visit->name, request->args[0], request->args[1], request->args[2], &err)) {
        shared_visit_refuse(visit, 400, err.text);
        return false;
    }
    if (strcmp(request->method, "PUT") == 0 &&
        !body_check_length(request, visit->files->config->shared_files.max_body_size, response)) {
        log_warn("shared file refused", log_text("path", request->path.at), log_number("status", response->status),
                 log_text("client", request_client(request)));
        return false;
    }
    snprintf(path, sizeof path, "/shared-files/%s/%s/%s", visit->name.target, visit->name.source, visit->name.file_id);
    return is_here(visit, visit->name.target, path);
}

bool shared_visit_query(const struct shared_visit *visit, struct url_form *form, struct err *err)
{
    const char *query = request_env(visit->request, "QUERY_STRING");
    struct slice text = slice_from_str(query != NULL ? query : "");
    return text.len <= QUERY_MAX ? url_form_parse(form, text, err)
                                 : err_set(err, "the query has more than %d bytes", QUERY_MAX);
}

/* ---- HEAD: is the file there, with this hash? ---- */

static bool is_hash(const char *text)
{
    unsigned char ignored[DIGEST_MAX_SIZE];
    size_t len = text != NULL ? strlen(text) : 0;
    return (len == 2 * digest_algorithm_size(DIGEST_SHA256) ||
            len == 2 * digest_algorithm_size(DIGEST_SHA512)) &&
           digest_unhex(ignored, len / 2, text, len);
}

static void shared_files_answer_hash(const struct shared_visit *visit, const char *hash)
{
    struct shared_found found = {.fd = -1};
    struct err err = {0};
    enum shared_result result =
        shared_store_find(visit->files->config->shared_files.path, &visit->name, time(NULL), &found, &err);
    if (result == SHARED_FAILED) {
        shared_visit_fail(visit, 500, err.text);
    } else {
        bool same = result == SHARED_DONE && shared_file_meta_has_hash(&found.meta, slice_from_str(hash));
        response_empty(visit->response, same ? 200 : 404);
    }
    shared_found_close(&found);
}

void shared_files_head(void *state, struct request *request, struct response *response)
{
    struct shared_visit visit;
    struct url_form form = {0};
    struct err err = {0};
    if (!shared_visit_begin(&visit, state, request, response)) {
        return;
    }
    if (!shared_visit_query(&visit, &form, &err)) {
        shared_visit_refuse(&visit, 400, err.text);
    } else if (!is_hash(url_form_get(&form, "hash"))) {
        shared_visit_refuse(&visit, 400, "hash is missing, or is not hexadecimal digits of a sha256 or sha512");
    } else {
        shared_files_answer_hash(&visit, url_form_get(&form, "hash"));
    }
    url_form_free(&form);
}

/* ---- GET: for the target itself ---- */

static void shared_files_answer_file(const struct shared_visit *visit, const struct shared_found *found)
{
    struct err err = {0};
    struct response *response = visit->response;
    char tag[2 * DIGEST_MAX_SIZE + 3];
    snprintf(tag, sizeof tag, "\"%.*s\"", (int)found->meta.hash_value.len, found->meta.hash_value.at);
    bool same = request_knows_tag(visit->request, tag);
    response_empty(response, same ? 304 : 200);
    response_header(response, "ETag", tag);
    if (same) {
        return;
    }
    response_header(response, "Content-Type", "application/octet-stream");
    (void)response_start(response, (int64_t)found->text.len + 1 + found->size);
    (void)response_send(response, found->text.at, found->text.len);
    (void)response_send(response, "\n", 1);
    if (response_send_file(response, found->fd, 0, found->size, &err) == RESPONSE_HANDED_OVER) {
        return;
    }
    log_info("shared file fetched", log_text("target", visit->name.target), log_text("source", visit->name.source),
             log_text("file", visit->name.file_id), log_number("bytes", found->size),
             log_text("trouble", err.text));
}

void shared_files_get(void *state, struct request *request, struct response *response)
{
    struct shared_visit visit = {.files = state, .request = request, .response = response};
    struct shared_found found = {.fd = -1};
    struct err err = {0};
    const char *uid;
    if (!shared_file_name_set(&visit.name, request->args[0], request->args[1], request->args[2], &err)) {
        shared_visit_refuse(&visit, 400, err.text);
        return;
    }
    if (!request_certificate_uid(request, &uid) || strcmp(uid, visit.name.target) != 0) {
        shared_visit_refuse(&visit, 403, "only the target gets a shared file, by its client certificate");
        return;
    }
    switch (shared_store_find(visit.files->config->shared_files.path, &visit.name, time(NULL), &found, &err)) {
    case SHARED_DONE:
        shared_files_answer_file(&visit, &found);
        break;
    case SHARED_ABSENT:
        response_text(response, 404, "no such file\n");
        break;
    case SHARED_NO_SPACE:
    case SHARED_FAILED:
        shared_visit_fail(&visit, 500, err.text);
        break;
    }
    shared_found_close(&found);
}
