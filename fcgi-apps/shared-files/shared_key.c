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

static bool shared_key_is_root(const struct shared_visit *visit)
{
    return strcmp(visit->files->config->general.node_id, "root") == 0;
}

static void path_of(char path[PATH_SIZE], const char *node_id)
{
    snprintf(path, PATH_SIZE, "/shared-files/keys/%s", node_id);
}

static bool ask_above(const struct shared_visit *visit, const struct shared_file_signature *signature, struct err *err)
{
    struct err reason = {0};
    char sha256[SHARED_FILE_KEY_HASH_SIZE];
    char sha512[SHARED_FILE_KEY_HASH_SIZE];
    char path[PATH_SIZE];
    char query[2 * SHARED_FILE_KEY_HASH_SIZE + 32];
    shared_file_signature_key_hash(signature, DIGEST_SHA256, sha256);
    shared_file_signature_key_hash(signature, DIGEST_SHA512, sha512);
    path_of(path, visit->name.source);
    snprintf(query, sizeof query, "sha256=%s&sha512=%s", sha256, sha512);
    int status = shared_forward_ask(visit->files->config, visit->request, path, query, &reason);
    if (status == 200) {
        return true;
    }
    if (status != 404) {
        log_warn("the server above does not say whose key it is", log_text("node", visit->name.source),
                 log_number("status", status), log_text("reason", reason.text));
    }
    return err_set(err, "the source is not known here, and the server above does not know it by this key");
}

bool shared_key_is_of_source(const struct shared_visit *visit, const struct shared_file_signature *signature,
                             struct err *err)
{
    struct node_index_entry entry;
    if (node_index_find(visit->request->index, visit->name.source, &entry)) {
        return shared_file_signature_key_is(signature, entry.key_hash) ||
               err_set(err, "the key is not the one that the source is known by");
    }
    return shared_key_is_root(visit) ? err_set(err, "the source is not known") : ask_above(visit, signature, err);
}

static bool is_known_by(struct slice key_hash, const struct url_form *form)
{
    size_t prefix = strlen("sha256:");
    const char *asked = url_form_get(form, slice_starts_with(key_hash, "sha512:") ? "sha512" : "sha256");
    return asked != NULL && key_hash.len > prefix && strlen(asked) == key_hash.len - prefix &&
           strncasecmp(asked, key_hash.at + prefix, key_hash.len - prefix) == 0;
}

/* node_id: not in our list. */
static void answer_from_above(const struct shared_visit *visit, const char *node_id)
{
    const struct relay_config *config = visit->files->config;
    if (shared_key_is_root(visit)) {
        response_empty(visit->response, 404);
    } else if (via_header_is_loop(request_env(visit->request, "HTTP_VIA"), config->general.node_id)) {
        shared_visit_refuse(visit, 502, "the relays send this question in a circle");
    } else {
        char path[PATH_SIZE];
        path_of(path, node_id);
        shared_forward(config, visit->request, visit->response, NULL, path);
    }
}

void shared_files_key(void *state, struct request *request, struct response *response)
{
    struct shared_visit visit = {.files = state, .request = request, .response = response};
    struct slice id = request->args[0];
    struct node_index_entry entry;
    struct url_form form = {0};
    struct err err = {0};
    char node_id[NODE_ID_SIZE];
    snprintf(node_id, sizeof node_id, "%.*s", (int)id.len, id.at);
    if (!shared_file_name_is_id(id) || id.len >= sizeof node_id) {
        shared_visit_refuse(&visit, 400, "not a node id");
    } else if (!shared_visit_query(&visit, &form, &err)) {
        shared_visit_refuse(&visit, 400, err.text);
    } else if (request->index == NULL) {
        shared_visit_refuse(&visit, 503, "the relay does not know its nodes yet");
    } else if (node_index_find(request->index, node_id, &entry)) {
        response_empty(response, is_known_by(entry.key_hash, &form) ? 200 : 404);
    } else {
        answer_from_above(&visit, node_id);
    }
    url_form_free(&form);
}
