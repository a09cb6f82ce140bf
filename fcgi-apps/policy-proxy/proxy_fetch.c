/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy-proxy/proxy_fetch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "policy-proxy/proxy_path.h"
#include "relay/peer.h"
#include "util/clock.h"
#include "util/http_client.h"

enum { SKIPPED_MAX = 64 * 1024 }; /* bytes of an answer that is no file */

/* One request on its way. */
struct fetch {
    struct file_cache *cache;
    struct file_cache_entry entry; /* if it has begun */
    bool begun;
    int64_t size_max;
    int64_t skipped;
    struct http_transfer *transfer;
    struct err why; /* what failed on our side; "" when nothing did */
    enum proxy_fetch fault;
    /* of the answer */
    enum http_outcome outcome;
    int status;
    char tag[PROXY_TAG_SIZE];
    struct err reason;
};

/* Ends the request because of something on our side. */
static bool fetch_fault(struct fetch *fetch, enum proxy_fetch fault)
{
    fetch->fault = fault;
    return false;
}

static bool keep_piece(struct fetch *fetch, const char *bytes, size_t len)
{
    if (!fetch->begun && !file_cache_begin(fetch->cache, &fetch->entry, &fetch->why)) {
        return fetch_fault(fetch, fetch->entry.no_space ? PROXY_FETCH_NO_SPACE : PROXY_FETCH_FAILED);
    }
    fetch->begun = true;
    if (fetch->entry.length + (int64_t)len > fetch->size_max) {
        err_set(&fetch->why, "it is larger than policy_proxy.max_file_size, %" PRId64 " bytes", fetch->size_max);
        return fetch_fault(fetch, PROXY_FETCH_TOO_LARGE);
    }
    if (!file_cache_write(&fetch->entry, bytes, len, &fetch->why)) {
        return fetch_fault(fetch, fetch->entry.no_space ? PROXY_FETCH_NO_SPACE : PROXY_FETCH_FAILED);
    }
    return true;
}

static bool fetch_take(void *context, const char *bytes, size_t len)
{
    struct fetch *fetch = context;
    if (http_transfer_status(fetch->transfer) == 200) {
        return keep_piece(fetch, bytes, len);
    }
    fetch->skipped += (int64_t)len;
    return fetch->skipped <= SKIPPED_MAX;
}

static void fetch_done(void *context, const struct http_result *result)
{
    struct fetch *fetch = context;
    fetch->outcome = result->outcome;
    fetch->status = result->status;
    err_set(&fetch->reason, "%s", result->reason);
    struct slice tag = slice_from_str(result->header);
    if (tag.len < sizeof fetch->tag) { /* proxy_copy finds out whether it is one */
        memcpy(fetch->tag, tag.at, tag.len);
    }
}

/* Makes the request and waits for its end. False with why when it cannot be made. */
static bool fetch_run(struct fetch *fetch, const struct relay_config *config, const struct proxy_copy *copy,
                      bool conditional)
{
    struct http_client *client = peer_client(config, &fetch->why);
    struct buffer url = {0}, pins = {0};
    char condition[PROXY_TAG_SIZE + sizeof "If-None-Match: "];
    bool done = false;
    snprintf(condition, sizeof condition, "If-None-Match: %s", copy->note.tag);
    if (client == NULL || !peer_upstream_url(config, &url, &fetch->why) ||
        !peer_upstream_pins(config, &pins, &fetch->why)) {
        goto out;
    }
    buffer_add_text(&url, "/");
    proxy_path_add(&url, slice_from_str(copy->path));
    const struct http_request request = {
        .method = HTTP_GET,
        .url = buffer_cstr(&url),
        .header = conditional ? condition : NULL,
        .answer_header = "ETag",
        .pins = buffer_cstr(&pins),
        .write = fetch_take,
        .done = fetch_done,
        .context = fetch,
    };
    fetch->transfer = http_client_start(client, &request, &fetch->why);
    if (fetch->transfer != NULL) {
        http_client_finish(client);
        done = true;
    }

out:
    buffer_free(&url);
    buffer_free(&pins);
    http_client_free(client);
    return done;
}

/* The whole body is there. */
static enum proxy_fetch commit_fetched(struct fetch *fetch, struct proxy_copy *copy)
{
    struct proxy_note note = {.checked_ms = clock_wall_ms()};
    struct file_cached cached;
    memcpy(note.tag, fetch->tag, sizeof note.tag);
    if (!fetch->begun && !keep_piece(fetch, "", 0)) { /* an empty file has had no piece */
        return fetch->fault;
    }
    fetch->begun = false;
    if (!file_cache_commit(fetch->cache, &fetch->entry, copy->name, &note, sizeof note, &cached, &fetch->reason)) {
        return fetch->entry.no_space ? PROXY_FETCH_NO_SPACE : PROXY_FETCH_FAILED;
    }
    proxy_copy_renew(copy, &cached);
    return PROXY_FETCH_NEW;
}

static enum proxy_fetch confirm(const struct fetch *fetch, struct proxy_copy *copy)
{
    copy->note.checked_ms = clock_wall_ms();
    file_cache_set_note(fetch->cache, copy->name, &copy->note, sizeof copy->note);
    return PROXY_FETCH_UNCHANGED;
}

static enum proxy_fetch judge_answer(struct fetch *fetch, struct proxy_copy *copy, bool conditional)
{
    if (fetch->outcome != HTTP_ANSWERED) {
        bool silent = fetch->outcome == HTTP_UNREACHABLE || fetch->outcome == HTTP_UNTRUSTED || fetch->status == 0;
        return silent ? PROXY_FETCH_UNREACHABLE : PROXY_FETCH_FAILED;
    }
    switch (fetch->status) {
    case 200:
        return commit_fetched(fetch, copy);
    case 304:
        return conditional ? confirm(fetch, copy) : PROXY_FETCH_FAILED;
    case 403:
    case 404:
    case 410:
        file_cache_remove(fetch->cache, copy->name);
        proxy_copy_close(copy);
        return PROXY_FETCH_GONE;
    default:
        return PROXY_FETCH_FAILED;
    }
}

enum proxy_fetch proxy_fetch(const struct relay_config *config, struct file_cache *cache, struct proxy_copy *copy,
                             const struct request *request, int *status, struct err *err)
{
    struct fetch fetch = {.cache = cache, .size_max = config->policy_proxy.max_file_size, .fault = PROXY_FETCH_FAILED};
    bool conditional = copy->note.tag[0] != '\0' && proxy_copy_suffices(copy, request);
    enum proxy_fetch result = PROXY_FETCH_FAILED;
    if (fetch_run(&fetch, config, copy, conditional)) {
        result = fetch.why.text[0] != '\0' ? fetch.fault : judge_answer(&fetch, copy, conditional);
    }
    if (fetch.begun) {
        file_cache_abandon(&fetch.entry);
    }
    *status = fetch.status;
    err_set(err, "%s", fetch.why.text[0] != '\0' ? fetch.why.text : fetch.reason.text);
    return result;
}
