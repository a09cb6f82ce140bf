/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "absent_run.h"

#include <stdlib.h>

#include "relay/remote_run_request.h"
#include "util/line_merge.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "absent_run"

enum { ABSENT_NAMED = 100, IDS_AT_ONCE = 5000 /* remote-run takes 1 MiB */ };

struct absent_run {
    LIST_ENTRY(absent_run) link;
    struct upstream_run *run;
    struct http_transfer *transfer;
    struct buffer form;
    struct line_merge merge;
    size_t count;
};

static void name_absent(const struct slice *ids, size_t count, struct upstream_run *run)
{
    struct buffer lines = {0};
    for (size_t i = 0; i < count && i < ABSENT_NAMED; i++) {
        buffer_add_format(&lines, "rudder-relay: node %.*s does not wait at its relay\n", (int)ids[i].len, ids[i].at);
    }
    if (count > ABSENT_NAMED) {
        buffer_add_format(&lines, "rudder-relay: %zu more nodes do not wait there\n", count - ABSENT_NAMED);
    }
    upstream_run_write(run, buffer_slice(&lines));
    buffer_free(&lines);
}

static void absent_free(struct absent_run *absent)
{
    LIST_REMOVE(absent, link);
    line_merge_free(&absent->merge);
    buffer_free(&absent->form);
    free(absent);
}

void absent_run_free_all(struct absent_run_list *list)
{
    while (!LIST_EMPTY(list)) {
        http_transfer_cancel(LIST_FIRST(list)->transfer);
        absent_free(LIST_FIRST(list));
    }
}

/* ---- what comes back ---- */

static bool absent_take(void *context, const char *bytes, size_t len)
{
    struct absent_run *absent = context;
    struct buffer lines = {0};
    if (http_transfer_status(absent->transfer) == 200) {
        line_merge_add(&absent->merge, bytes, len, &lines);
        upstream_run_write(absent->run, buffer_slice(&lines));
        buffer_free(&lines);
    }
    return !upstream_run_is_cancelled(absent->run);
}

static void absent_done(void *context, const struct http_result *result)
{
    struct absent_run *absent = context;
    struct buffer lines = {0};
    bool done = result->outcome == HTTP_ANSWERED && result->answer_ended && result->status == 200;
    line_merge_end(&absent->merge, &lines);
    if (!done) {
        log_error("remote-run failed", log_text("reason", result->reason));
        buffer_add_format(&lines, "rudder-relay: %zu nodes that do not wait at their relay: %s\n", absent->count,
                          result->reason);
    }
    upstream_run_write(absent->run, buffer_slice(&lines));
    upstream_run_source_ended(absent->run, done ? 0 : 1);
    buffer_free(&lines);
    absent_free(absent);
}

/* ---- asking ---- */

/* Output streams; without output the answer comes when the runs have ended. */
static bool post_absent(struct absent_run *absent, struct curl_loop *local, const struct relay_config *config,
                        const struct order_text *order, const struct slice *ids, struct err *err)
{
    char *conditions = xstrndup(order->conditions.len > 0 ? order->conditions.at : "", order->conditions.len);
    const struct remote_run_request form = {.asynchronous = order->output,
                                            .keep_output = order->output,
                                            .conditions_name = "conditions",
                                            .conditions = conditions};
    const struct http_limits limits = {.connect_ms = 10000};
    remote_run_request_format(&form, ids, absent->count, &absent->form);
    const struct http_request request = {.method = HTTP_POST,
                                         .url = config->hub.remote_run_url,
                                         .form = buffer_slice(&absent->form),
                                         .write = absent_take,
                                         .done = absent_done,
                                         .context = absent,
                                         .limits = &limits};
    absent->transfer = http_client_start(local->client, &request, err);
    free(conditions);
    return absent->transfer != NULL;
}

static void start_absent(struct absent_run_list *list, struct curl_loop *local, const struct relay_config *config,
                         const struct order_text *order, const struct slice *ids, size_t count,
                         struct upstream_run *run)
{
    struct err err = {0};
    struct absent_run *absent = xcalloc(1, sizeof *absent);
    absent->run = run;
    absent->count = count;
    LIST_INSERT_HEAD(list, absent, link);
    upstream_run_source(run);
    if (post_absent(absent, local, config, order, ids, &err)) {
        curl_loop_started(local);
    } else {
        absent_done(absent, &(const struct http_result){.outcome = HTTP_ABANDONED, .reason = err.text});
    }
}

void absent_run_start(struct absent_run_list *list, struct curl_loop *local, const struct relay_config *config,
                      const struct order_text *order, const struct slice *ids, size_t count, struct upstream_run *run)
{
    if (config->hub.remote_run_url[0] == '\0') {
        name_absent(ids, count, run);
        return;
    }
    for (size_t i = 0; i < count; i += IDS_AT_ONCE) {
        start_absent(list, local, config, order, ids + i, count - i < IDS_AT_ONCE ? count - i : IDS_AT_ONCE, run);
    }
}
