/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-files/shared_key.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "relay/via_header.h"
#include "shared-files/shared_forward.h"
#include "util/log.h"

#define LOG_COMPONENT "shared_key"

enum { PATH_SIZE = NODE_ID_SIZE + 32 };

static bool shared_key_is_root(const struct shared_files_context *context)
{
    return strcmp(context->config->general.node_id, "root") == 0;
}

static void path_of(char path[PATH_SIZE], const char *node_id)
{
    snprintf(path, PATH_SIZE, "/shared-files/keys/%s", node_id);
}

static int ask_above(const struct shared_files_context *context, const struct shared_file_signature *signature,
                     struct err *err)
{
    struct err reason = {0};
    char sha256[SHARED_FILE_KEY_HASH_SIZE];
    char sha512[SHARED_FILE_KEY_HASH_SIZE];
    char path[PATH_SIZE];
    char query[2 * SHARED_FILE_KEY_HASH_SIZE + 32];
    shared_file_signature_key_hash(signature, DIGEST_SHA256, sha256);
    shared_file_signature_key_hash(signature, DIGEST_SHA512, sha512);
    path_of(path, context->name.source);
    snprintf(query, sizeof query, "sha256=%s&sha512=%s", sha256, sha512);
    int status = shared_forward_ask(context->config, context->base.request, path, query, &reason);
    if (status == 404) {
        err_set(err, "the source is not known here, and the server above does not know it by this key");
    } else if (status != 200) {
        log_warn("the server above does not say whose key it is", log_text("node", context->name.source),
                 log_number("status", status), log_text("reason", reason.text));
        err_set(err, "the source is not known here, and the server above cannot be asked");
        status = 504;
    }
    return status;
}

int shared_key_check_source(const struct shared_files_context *context, const struct shared_file_signature *signature,
                            struct err *err)
{
    struct node_index_entry entry;
    if (node_index_find(context->base.request->index, context->name.source, &entry)) {
        if (shared_file_signature_key_is(signature, entry.key_hash)) {
            return 200;
        }
        err_set(err, "the key is not the one that the source is known by");
        return 404;
    }
    if (shared_key_is_root(context)) {
        err_set(err, "the source is not known");
        return 404;
    }
    return ask_above(context, signature, err);
}

static bool is_known_by(struct slice key_hash, const struct url_form *form)
{
    size_t prefix = strlen("sha256:");
    const char *asked = url_form_get(form, slice_starts_with(key_hash, "sha512:") ? "sha512" : "sha256");
    return asked != NULL && key_hash.len > prefix && strlen(asked) == key_hash.len - prefix &&
           strncasecmp(asked, key_hash.at + prefix, key_hash.len - prefix) == 0;
}

/* node_id: not in our list. */
static void answer_from_above(const struct shared_files_context *context, const char *node_id)
{
    const struct relay_config *config = context->config;
    if (shared_key_is_root(context)) {
        response_empty(context->base.response, 404);
    } else if (via_header_is_loop(request_env(context->base.request, "HTTP_VIA"), config->general.node_id)) {
        request_context_refuse(&context->base, 502, "the relays send this question in a circle");
    } else {
        char path[PATH_SIZE];
        path_of(path, node_id);
        shared_forward(config, &context->base, NULL, path);
    }
}

static void answer_key(const struct shared_files_context *context, const char *node_id, const struct url_form *form)
{
    struct node_index_entry entry;
    if (node_index_find(context->base.request->index, node_id, &entry)) {
        response_empty(context->base.response, is_known_by(entry.key_hash, form) ? 200 : 404);
    } else {
        answer_from_above(context, node_id);
    }
}

void shared_files_key(void *state, struct request *request, struct response *response)
{
    struct shared_files_context context;
    struct slice id = request->args[0];
    struct url_form form = {0};
    struct err err = {0};
    char node_id[NODE_ID_SIZE];
    shared_files_begin(&context, state, request, response);
    snprintf(node_id, sizeof node_id, "%.*s", (int)id.len, id.at);
    if (!shared_file_name_is_id(id) || id.len >= sizeof node_id) {
        request_context_refuse(&context.base, 400, "not a node id");
    } else if (!shared_files_query(&context, &form, &err)) {
        request_context_refuse(&context.base, 400, err.text);
    } else if (shared_files_client_is_known(&context) && request_context_has_index(&context.base)) {
        answer_key(&context, node_id, &form);
    }
    url_form_free(&form);
}
