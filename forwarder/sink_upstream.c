/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sink_upstream.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "inventory_pair.h"
#include "relay/node_index.h"
#include "relay/peer.h"
#include "thread.h"
#include "upstream_transfer.h"
#include "util/clock.h"
#include "util/xmalloc.h"
#include "util/safe_file.h"

#define LOG_COMPONENT "sink_upstream"

enum {
    MOST_LANES = RELAY_KINDS,
    LOOKS = 64,            /* files looked at in one go; transfers under way shall not wait for more */
    FINISH_WITHIN_MS = 5000, /* transfers in hand at the stop */
    SIGNATURE_WAITS_MS = 30000, /* should nobody say that its inventory has gone */
};

struct sink_upstream {
    struct sink_upstream_needs needs;
    pthread_t thread;
    int wake_fd; /* files, a reload or the stop */
    atomic_bool stopping;
    atomic_bool reload;
    struct node_index *index;
    struct upstream_route route;
    struct upstream_lane lanes[MOST_LANES];
    size_t lane_count;
    size_t turn; /* whose lane's it is */
    struct upstream_transfer *transfers;
    struct upstream_transfer *spare;
    bool asked; /* at the start, whether the upstream is there */
};

/* ---- which file goes next ---- */

/* The next file of the lane that is ready to go, into the transfer. False when there is none now. */
static bool find_file(struct upstream_lane *lane, struct upstream_transfer *transfer, unsigned *looks)
{
    struct in_hand *in_hand = &transfer->in_hand;
    while (*looks > 0 && (in_hand->run = dispatch_take(lane->lane->dispatch)) != NULL) {
        struct err reason = {0};
        --*looks;
        in_hand->taken_ms = clock_ms();
        in_hand->file.name = queued_run_name(in_hand->run);
        spool_file_clear(&in_hand->file);
        if (inventory_pair_waits(lane->lane->spool, in_hand->file.name)) {
            dispatch_put_off(lane->lane->dispatch, in_hand->run, SIGNATURE_WAITS_MS);
            continue;
        }
        enum spool_verdict verdict = spool_process(lane->way, &lane->tools, &in_hand->file, &reason);
        if (verdict == SPOOL_READY) {
            return true;
        }
        in_hand_dismiss(&lane->origin, in_hand, verdict, reason.text);
    }
    return false;
}

static bool start_one(struct sink_upstream *sink, struct upstream_lane *lane, unsigned *looks)
{
    struct upstream_transfer *transfer = sink->spare;
    transfer->lane = lane;
    if (!find_file(lane, transfer, looks)) {
        return false;
    }
    sink->spare = transfer->next;
    upstream_transfer_begin(transfer);
    return true;
}

static bool may_go(const struct sink_upstream *sink, const struct upstream_lane *lane, int64_t now_ms)
{
    return gate_opens_ms(&sink->route.gate) <= now_ms && gate_opens_ms(&lane->gate) <= now_ms;
}

/* One file of each lane by turns, so that none waits for the back-log of another. */
static void start_what_may(struct sink_upstream *sink)
{
    unsigned looks = LOOKS;
    size_t without = 0;
    while (sink->spare != NULL && looks > 0 && without < sink->lane_count) {
        struct upstream_lane *lane = &sink->lanes[sink->turn];
        sink->turn = (sink->turn + 1) % sink->lane_count;
        without = may_go(sink, lane, clock_ms()) && start_one(sink, lane, &looks) ? 0 : without + 1;
    }
}

/* At the start, and while the upstream is down and no file waits that could try. */
static void ask_if_needed(struct sink_upstream *sink)
{
    struct gate *gate = &sink->route.gate;
    bool due = gate->closed ? gate_opens_ms(gate) <= clock_ms() : !sink->asked;
    if (due && sink->spare != NULL) {
        struct upstream_transfer *transfer = sink->spare;
        sink->spare = transfer->next;
        sink->asked = true;
        upstream_transfer_ask(transfer);
    }
}

/* ---- waiting ---- */

/* When a file could go though nothing happens until then. */
static int64_t next_ms(const struct sink_upstream *sink)
{
    int64_t route_ms = gate_opens_ms(&sink->route.gate);
    int64_t next = sink->route.gate.closed ? route_ms : INT64_MAX;
    for (size_t i = 0; i < sink->lane_count && sink->spare != NULL; i++) {
        int64_t lane_ms = dispatch_next_ms(sink->lanes[i].lane->dispatch);
        int64_t gate_ms = gate_opens_ms(&sink->lanes[i].gate);
        lane_ms = lane_ms > gate_ms ? lane_ms : gate_ms;
        lane_ms = lane_ms > route_ms ? lane_ms : route_ms;
        next = next < lane_ms ? next : lane_ms;
    }
    return next;
}

static int sooner(int timeout_ms, int64_t moment_ms)
{
    int64_t left = moment_ms == INT64_MAX ? INT64_MAX : moment_ms - clock_ms();
    if (left <= 0) {
        return 0;
    }
    return timeout_ms < 0 || left < timeout_ms ? (left > 3600000 ? 3600000 : (int)left) : timeout_ms;
}

static void wait_and_step(struct sink_upstream *sink, int64_t until_ms)
{
    struct pollfd polls[2] = {{.fd = -1}, {.fd = sink->wake_fd, .events = POLLIN}};
    int timeout_ms = sooner(http_client_polls(sink->route.client, &polls[0]), until_ms);
    eventfd_t ignored;
    if (poll(polls, 2, timeout_ms) > 0 && polls[1].revents != 0) {
        eventfd_read(sink->wake_fd, &ignored);
    }
    http_client_step(sink->route.client);
}

/* ---- the thread ---- */

static void take_certificate(struct sink_upstream *sink)
{
    struct buffer pins = {0};
    struct err err;
    if (peer_upstream_pins(sink->needs.config, &pins, &err)) {
        buffer_free(&sink->route.pins);
        sink->route.pins = pins;
    } else {
        log_error("the upstream's certificate cannot be read; the one of before stays", log_text("reason", err.text));
        buffer_free(&pins);
    }
}

static void reload(struct sink_upstream *sink)
{
    take_certificate(sink);
    gate_try_now(&sink->route.gate);
    for (size_t i = 0; i < sink->lane_count; i++) {
        gate_try_now(&sink->lanes[i].gate);
    }
}

static void refresh(struct sink_upstream *sink)
{
    struct err err;
    if (!node_index_refresh(sink->index, &err)) {
        log_error("the new node index cannot be read; the old one stays in use", log_text("reason", err.text));
    }
    if (atomic_exchange(&sink->reload, false)) {
        reload(sink);
    }
}

static void finish(struct sink_upstream *sink)
{
    int64_t until_ms = clock_ms() + FINISH_WITHIN_MS;
    while (http_client_busy(sink->route.client) > 0 && clock_ms() < until_ms) {
        wait_and_step(sink, until_ms);
    }
    if (http_client_busy(sink->route.client) > 0) {
        log_warn("transfers are cut off; their files stay",
                 log_number("transfers", (int64_t)http_client_busy(sink->route.client)));
    }
}

static void *work(void *context)
{
    struct sink_upstream *sink = context;
    while (!sink->stopping) {
        refresh(sink);
        start_what_may(sink);
        ask_if_needed(sink);
        wait_and_step(sink, next_ms(sink));
    }
    finish(sink);
    return NULL;
}

/* ---- start and stop ---- */

static void add_lane(struct sink_upstream *sink, struct lane *lane)
{
    static const char *const paths[] = {"/reports/", "/inventories/", "/inventory-updates/"};
    const struct relay_config *config = sink->needs.config;
    struct upstream_lane *added = &sink->lanes[sink->lane_count++];
    sink->route.lane_count = sink->lane_count;
    *added = (struct upstream_lane){
        .lane = lane,
        .way = lane->kind == RELAY_KIND_REPORT ? SPOOL_RUN_TO_UPSTREAM : SPOOL_INVENTORY_TO_UPSTREAM,
        .path = paths[lane->kind],
        .password =
            lane->kind == RELAY_KIND_INVENTORY ? config->upstream.default_password : config->upstream.password,
        .tools = {.settings = &config->reporting, .spool = lane->spool, .index = sink->index},
        .gate = {.backoff = sink->needs.outage},
    };
    added->origin = (struct in_hand_origin){lane->kind, &added->tools, lane->dispatch, sink->needs.retry,
                                            sink->needs.state};
    dispatch_wake_by(lane->dispatch, sink->wake_fd);
}

static void make_transfers(struct sink_upstream *sink)
{
    size_t count = (size_t)sink->needs.config->upstream.connections;
    sink->transfers = xcalloc(count, sizeof *sink->transfers);
    for (size_t i = count; i-- > 0;) {
        sink->transfers[i] =
            (struct upstream_transfer){.route = &sink->route, .spare = &sink->spare, .next = sink->spare, .fd = -1};
        sink->spare = &sink->transfers[i];
    }
}

static bool open_route(struct sink_upstream *sink, struct err *err)
{
    const struct relay_config *config = sink->needs.config;
    struct upstream_route *route = &sink->route;
    route->gate.backoff = sink->needs.outage;
    route->user = config->upstream.user;
    route->state = sink->needs.state;
    route->lanes = sink->lanes;
    return peer_upstream_url(config, &route->url, err) && peer_upstream_pins(config, &route->pins, err) &&
           (route->client = peer_client(config, err)) != NULL &&
           (sink->index = node_index_open(config->general.node_index_file, err)) != NULL;
}

static void sink_free(struct sink_upstream *sink)
{
    size_t count = (size_t)sink->needs.config->upstream.connections;
    http_client_free(sink->route.client);
    for (size_t i = 0; sink->transfers != NULL && i < count; i++) {
        if (sink->transfers[i].fd >= 0) {
            close(sink->transfers[i].fd);
        }
    }
    free(sink->transfers);
    if (sink->index != NULL) {
        node_index_close(sink->index);
    }
    buffer_free(&sink->route.url);
    buffer_free(&sink->route.pins);
    if (sink->wake_fd >= 0) {
        close(sink->wake_fd);
    }
    free(sink);
}

struct sink_upstream *sink_upstream_start(const struct sink_upstream_needs *needs, struct lane *lanes, size_t count,
                                          struct err *err)
{
    struct sink_upstream *sink = xcalloc(1, sizeof *sink);
    sink->needs = *needs;
    sink->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    make_transfers(sink);
    if (sink->wake_fd < 0) {
        err_set_errno(err, errno, "eventfd");
    } else if (open_route(sink, err)) {
        for (size_t i = 0; i < count; i++) {
            if (lanes[i].output == RELAY_OUTPUT_UPSTREAM) {
                add_lane(sink, &lanes[i]);
            }
        }
        if (thread_start(&sink->thread, work, sink, err)) {
            return sink;
        }
    }
    sink_free(sink);
    return NULL;
}

void sink_upstream_reload(struct sink_upstream *sink)
{
    sink->reload = true;
    eventfd_write(sink->wake_fd, 1);
}

void sink_upstream_stop(struct sink_upstream *sink)
{
    sink->stopping = true;
    eventfd_write(sink->wake_fd, 1);
}

bool sink_upstream_join(struct sink_upstream *sink, int64_t until_ms)
{
    if (sink == NULL) {
        return true;
    }
    if (!thread_join(sink->thread, until_ms)) {
        return false;
    }
    sink_free(sink);
    return true;
}
