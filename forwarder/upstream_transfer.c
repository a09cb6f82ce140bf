/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upstream_transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "inventory_pair.h"
#include "random.h"
#include "util/clock.h"
#include "util/http_url.h"
#include "util/safe_file.h"

#define LOG_COMPONENT "upstream"

/* That the upstream is up is said so often, not for each file. */
enum { UP_EVERY_MS = 1000 };

/* While a lane is closed its files that were put off shall not wait much longer than it stays so. */
enum { CLOSED_RETRY_MS = 30000 };

static void go_back(struct upstream_transfer *transfer)
{
    if (transfer->fd >= 0) {
        close(transfer->fd);
    }
    transfer->fd = -1;
    transfer->next = *transfer->spare;
    *transfer->spare = transfer;
}

/* How large the run log is by what its file says (the end of gzip, RFC 1952): it is not expanded here. */
static uint64_t expanded_size(const struct upstream_transfer *transfer)
{
    const struct spool_file *file = &transfer->in_hand.file;
    uint64_t most = (uint64_t)transfer->lane->tools.settings->max_expanded_size;
    uint64_t bytes = (uint64_t)file->status.st_size;
    unsigned char end[4];
    if (file->info.compression == COMPRESSION_GZIP && bytes >= sizeof end &&
        pread(transfer->fd, end, sizeof end, (off_t)(bytes - sizeof end)) == sizeof end) {
        bytes = end[0] | (uint32_t)end[1] << 8 | (uint32_t)end[2] << 16 | (uint32_t)end[3] << 24;
    }
    return bytes < most ? bytes : most;
}

/* Its way has ended, well or not. What is tried again is counted as that. */
static void count(const struct upstream_transfer *transfer, bool forwarded)
{
    struct relay_state *state = transfer->route->state;
    if (forwarded) {
        relay_state_count_activity(state, RELAY_ACTIVITY_DONE, time(NULL));
    }
    if (transfer->lane->lane->kind == RELAY_KIND_REPORT) {
        in_hand_processed(&transfer->lane->origin, &transfer->in_hand, expanded_size(transfer));
        relay_metrics_report(state, forwarded ? RELAY_REPORT_FORWARD_OK : RELAY_REPORT_FORWARD_ERROR);
    } else {
        relay_metrics_inventory(state, forwarded);
    }
}

static void log_forwarded(const struct upstream_transfer *transfer)
{
    const struct spool_file *file = &transfer->in_hand.file;
    if (!log_enabled(LOG_LEVEL_INFO, LOG_COMPONENT)) {
        return;
    }
    char queue_id[QUEUE_ID_SIZE];
    run_info_queue_id(file->name, strlen(file->name), queue_id);
    log_info(transfer->lane->lane->kind == RELAY_KIND_REPORT ? "run forwarded" : "inventory forwarded",
             log_text("queue_id", queue_id), log_text("node", file->info.node_id), log_text("file", file->name),
             log_number("bytes", file->status.st_size), log_number("age_ms", in_hand_age_ms(&transfer->in_hand)),
             log_number("took_ms", clock_ms() - transfer->in_hand.taken_ms));
}

static void tell_closed(const struct upstream_transfer *transfer, const char *reason)
{
    log_error("the upstream cannot be used; files wait in the spool until it can", log_text("reason", reason),
              log_text("path", transfer->lane != NULL ? transfer->lane->path : "/"));
    relay_state_set_peer(transfer->route->state, RELAY_PEER_UPSTREAM, RELAY_PEER_DOWN, reason);
    relay_state_set_last_error(transfer->route->state, reason);
}

/* What was put off meanwhile keeps its own times: that it passed may be due to other files, while these fail again. */
static void tell_opened(const struct upstream_transfer *transfer, const struct gate *gate)
{
    log_info("the upstream can be used again", log_number("after_s", (clock_ms() - gate->since_ms) / 1000),
             log_text("path", transfer->lane != NULL ? transfer->lane->path : "/"));
    transfer->route->up_said_ms = 0;
}

static void succeeded(const struct upstream_transfer *transfer, struct gate *gate)
{
    if (gate_success(gate) == GATE_OPENED) {
        tell_opened(transfer, gate);
    }
}

static void failed(const struct upstream_transfer *transfer, struct gate *gate, bool probe, bool sure,
                   const struct upstream_answer *answer)
{
    if (gate_failure(gate, probe, sure, answer->wait_ms, random_number(), clock_ms()) == GATE_CLOSED) {
        tell_closed(transfer, answer->reason.text);
    } else if (gate->closed) {
        log_debug("the upstream still cannot be used", log_text("reason", answer->reason.text),
                  log_number("probes", gate->failures));
        relay_state_set_peer(transfer->route->state, RELAY_PEER_UPSTREAM, RELAY_PEER_DOWN, answer->reason.text);
    }
}

/* What the answer says of the way there. */
static void judge_route(const struct upstream_transfer *transfer, const struct upstream_answer *answer)
{
    struct gate *gate = &transfer->route->gate;
    switch (answer->meaning) {
    case UPSTREAM_UNREACHABLE:
        failed(transfer, gate, transfer->route_probe, true, answer);
        break;
    case UPSTREAM_BROKEN_OFF:
        failed(transfer, gate, transfer->route_probe, transfer->lane == NULL, answer);
        break;
    case UPSTREAM_UNREAD:
        gate_nothing_learnt(gate, transfer->route_probe);
        break;
    default:
        succeeded(transfer, gate);
        break;
    }
}

/* What it says of this lane. */
static void judge_lane(const struct upstream_transfer *transfer, const struct upstream_answer *answer)
{
    struct gate *gate = &transfer->lane->gate;
    switch (answer->meaning) {
    case UPSTREAM_TAKEN:
    case UPSTREAM_REFUSED:
        succeeded(transfer, gate);
        break;
    case UPSTREAM_LOCKED:
    case UPSTREAM_BUSY:
        failed(transfer, gate, transfer->lane_probe, true, answer);
        break;
    case UPSTREAM_LATER:
        failed(transfer, gate, transfer->lane_probe, false, answer);
        break;
    default:
        gate_nothing_learnt(gate, transfer->lane_probe);
        break;
    }
}

/* What becomes of the file. */
static void conclude(struct upstream_transfer *transfer, const struct upstream_answer *answer)
{
    struct upstream_lane *lane = transfer->lane;
    struct inventory_names signatures = {0};
    if (lane->lane->kind != RELAY_KIND_REPORT) {
        inventory_name_signatures(transfer->in_hand.file.name, &signatures); /* the name goes with the file */
    }
    switch (answer->meaning) {
    case UPSTREAM_TAKEN:
        count(transfer, true);
        log_forwarded(transfer);
        in_hand_leave(&lane->origin, &transfer->in_hand);
        inventory_pair_release(lane->lane->dispatch, lane->lane->spool, &signatures);
        return;
    case UPSTREAM_REFUSED:
        count(transfer, false);
        in_hand_refuse(&lane->origin, &transfer->in_hand, answer->reason.text);
        return;
    case UPSTREAM_LOCKED:
    case UPSTREAM_BUSY:
    case UPSTREAM_UNREACHABLE:
        relay_metrics_retry(transfer->route->state, lane->lane->kind);
        dispatch_put_back(lane->lane->dispatch, transfer->in_hand.run);
        return;
    case UPSTREAM_LATER:
    case UPSTREAM_BROKEN_OFF:
    case UPSTREAM_UNREAD:
        in_hand_put_off(&lane->origin, &transfer->in_hand, answer->reason.text,
                        lane->gate.closed || transfer->route->gate.closed ? CLOSED_RETRY_MS : 0);
        return;
    }
}

/* Not while one lane is closed and has files: inventories that get through do not make up for run logs that wait. */
static bool is_up(const struct upstream_route *route)
{
    bool up = !route->gate.closed;
    for (size_t i = 0; i < route->lane_count && up; i++) {
        const struct upstream_lane *lane = &route->lanes[i];
        up = !lane->gate.closed || dispatch_count(lane->lane->dispatch) == 0;
    }
    return up;
}

static void say_up(struct upstream_route *route)
{
    int64_t now_ms = clock_ms();
    if (now_ms - route->up_said_ms >= UP_EVERY_MS && is_up(route)) {
        relay_state_set_peer(route->state, RELAY_PEER_UPSTREAM, RELAY_PEER_UP, "");
        route->up_said_ms = now_ms;
    }
}

static void ended(void *context, const struct http_result *result)
{
    struct upstream_transfer *transfer = context;
    struct upstream_answer answer;
    upstream_answer_read(&answer, result);
    judge_route(transfer, &answer);
    if (transfer->lane != NULL) {
        judge_lane(transfer, &answer);
        conclude(transfer, &answer);
    }
    say_up(transfer->route);
    go_back(transfer);
}

static bool start(struct upstream_transfer *transfer, struct http_request *request, struct err *err)
{
    struct upstream_route *route = transfer->route;
    size_t server_len = route->url.len;
    buffer_add_text(&route->url, transfer->lane != NULL ? transfer->lane->path : "/");
    if (transfer->lane != NULL) {
        http_url_escape(&route->url, slice_from_str(transfer->in_hand.file.name));
    }
    request->url = buffer_cstr(&route->url);
    request->pins = buffer_cstr(&route->pins);
    request->done = ended;
    request->context = transfer;
    bool started = http_client_start(route->client, request, err) != NULL;
    route->url.len = server_len;
    if (started) {
        transfer->route_probe = gate_pass(&route->gate);
        transfer->lane_probe = transfer->lane != NULL && gate_pass(&transfer->lane->gate);
    }
    return started;
}

/* What is read from here on is one file, whatever comes under the name meanwhile. */
static bool open_file(struct upstream_transfer *transfer, struct err *err)
{
    struct spool_file *file = &transfer->in_hand.file;
    int folder = spool_incoming_fd(transfer->lane->lane->spool);
    transfer->fd = openat(folder, file->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (transfer->fd < 0 || fstat(transfer->fd, &file->status) != 0) {
        return err_set_errno(err, errno, "the file cannot be opened");
    }
    return S_ISREG(file->status.st_mode) || err_set(err, "no regular file");
}

bool upstream_transfer_begin(struct upstream_transfer *transfer)
{
    struct err err;
    struct http_request request = {
        .method = HTTP_PUT,
        .user = transfer->route->user,
        .password = transfer->lane->password,
    };
    bool begun = open_file(transfer, &err);
    request.body_fd = transfer->fd;
    request.body_len = transfer->in_hand.file.status.st_size;
    begun = begun && start(transfer, &request, &err);
    if (!begun) {
        in_hand_put_off(&transfer->lane->origin, &transfer->in_hand, err.text, 0);
        go_back(transfer);
    }
    return begun;
}

bool upstream_transfer_ask(struct upstream_transfer *transfer)
{
    struct err err;
    struct http_request request = {.method = HTTP_HEAD};
    transfer->lane = NULL;
    bool begun = start(transfer, &request, &err);
    if (!begun) {
        log_error("the upstream cannot be asked", log_text("reason", err.text));
        go_back(transfer);
    }
    return begun;
}
