/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sink_upstream.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "inventory_pair.h"
#include "relay/daemon.h"
#include "relay/node_index.h"
#include "relay/peer.h"
#include "thread.h"
#include "upstream_transfer.h"
#include "util/clock.h"
#include "util/close_fd.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "sink_upstream"

enum {
    TAKE_MAX = 64,             /* files taken in one go: transfers under way must not wait for more */
    FINISH_WITHIN_MS = 5000,   /* for the transfers under way at the stop */
    SIGNATURE_WAIT_MS = 30000, /* should the end of its inventory's job go unnoticed */
};

struct sink_upstream {
    struct upstream upstream;
    pthread_t thread;
    int wake_fd; /* an eventfd: files, a reload or the stop */
    atomic_bool stopping;
    atomic_bool reload;
    struct spool_tools tools;
    size_t next_source;
    struct upstream_transfer *transfers;
    struct upstream_transfer *spare;
    bool asked; /* at the start, whether the upstream is there */
};

/* ---- which file goes next ---- */

/* Takes the next file of the source that is ready to go. False when there is none now. */
static bool take_ready_file(struct sink_upstream *sink, struct job *job, struct spool_source *source,
                            unsigned *take_left)
{
    enum spool_route route = source->kind == RELAY_KIND_REPORT ? SPOOL_RUN_TO_UPSTREAM : SPOOL_INVENTORY_TO_UPSTREAM;
    while (*take_left > 0 && job_take(job, source)) {
        struct err reason = {0};
        --*take_left;
        if (inventory_pair_waits(source->spool, job->file.name)) {
            job_hold(job, SIGNATURE_WAIT_MS);
            continue;
        }
        enum spool_verdict verdict = spool_process_look(&job->file, &reason);
        if (verdict == SPOOL_READY) {
            verdict = spool_process(route, &sink->tools, &job->file, &reason);
        }
        if (verdict == SPOOL_READY) {
            return true;
        }
        job_finish(job, verdict, reason.text);
    }
    return false;
}

static bool send_next(struct sink_upstream *sink, struct spool_source *source, unsigned *take_left)
{
    struct upstream_transfer *transfer = sink->spare;
    if (!take_ready_file(sink, &transfer->job, source, take_left)) {
        return false;
    }
    sink->spare = transfer->next;
    upstream_transfer_send(transfer);
    return true;
}

static bool may_send(const struct upstream *upstream, const struct spool_source *source)
{
    int64_t now_ms = clock_ms();
    return breaker_next_ms(&upstream->breaker) <= now_ms &&
           breaker_next_ms(&upstream->kind_breakers[source->kind]) <= now_ms;
}

/* Sends one file of each source by turns, so that no source waits for the back-log of another. */
static void send_files(struct sink_upstream *sink)
{
    struct upstream *upstream = &sink->upstream;
    unsigned take_left = TAKE_MAX;
    size_t in_vain = 0; /* sources in a row */
    while (sink->spare != NULL && take_left > 0 && in_vain < upstream->source_count) {
        struct spool_source *source = upstream->sources[sink->next_source];
        sink->next_source = (sink->next_source + 1) % upstream->source_count;
        in_vain = may_send(upstream, source) && send_next(sink, source, &take_left) ? 0 : in_vain + 1;
    }
}

/* Asks the upstream for an answer at the start, and while it is down and no file waits that could be tried. */
static void ask_if_due(struct sink_upstream *sink)
{
    struct breaker *breaker = &sink->upstream.breaker;
    bool due = breaker->open ? breaker_next_ms(breaker) <= clock_ms() : !sink->asked;
    if (due && sink->spare != NULL) {
        struct upstream_transfer *transfer = sink->spare;
        sink->spare = transfer->next;
        sink->asked = true;
        upstream_transfer_ask(transfer);
    }
}

/* ---- waiting ---- */

/* When the next file can go if nothing happens until then. */
static int64_t next_send_ms(const struct sink_upstream *sink)
{
    const struct upstream *upstream = &sink->upstream;
    int64_t upstream_ms = breaker_next_ms(&upstream->breaker);
    int64_t next_ms = upstream->breaker.open ? upstream_ms : INT64_MAX;
    for (size_t i = 0; i < upstream->source_count && sink->spare != NULL; i++) {
        const struct spool_source *source = upstream->sources[i];
        int64_t kind_ms = breaker_next_ms(&upstream->kind_breakers[source->kind]);
        int64_t source_ms = clock_later(dispatch_next_ms(source->dispatch), clock_later(kind_ms, upstream_ms));
        next_ms = clock_earlier(next_ms, source_ms);
    }
    return next_ms;
}

static void wait_and_step(struct sink_upstream *sink, int64_t until_ms)
{
    struct pollfd polls[2] = {{.fd = -1}, {.fd = sink->wake_fd, .events = POLLIN}};
    int timeout_ms = http_client_polls(sink->upstream.client, &polls[0]);
    int until_timeout_ms = clock_poll_timeout(until_ms);
    if (timeout_ms < 0 || (until_timeout_ms >= 0 && until_timeout_ms < timeout_ms)) {
        timeout_ms = until_timeout_ms;
    }
    eventfd_t ignored;
    if (poll(polls, 2, timeout_ms) > 0 && polls[1].revents != 0) {
        eventfd_read(sink->wake_fd, &ignored);
    }
    http_client_step(sink->upstream.client);
}

/* ---- the thread ---- */

static void reload_pins(struct upstream *upstream)
{
    struct buffer pins = {0};
    struct err err;
    if (peer_upstream_pins(upstream->config, &pins, &err)) {
        buffer_free(&upstream->pins);
        upstream->pins = pins;
    } else {
        log_error("the upstream's certificate cannot be read; the old one stays in use", log_text("reason", err.text));
        buffer_free(&pins);
    }
}

static void sink_refresh(struct sink_upstream *sink)
{
    struct upstream *upstream = &sink->upstream;
    daemon_refresh_index(sink->tools.index);
    if (atomic_exchange(&sink->reload, false)) {
        reload_pins(upstream);
        upstream_login_refresh(&upstream->login);
        breaker_probe_now(&upstream->breaker);
        for (enum relay_kind kind = 0; kind < RELAY_KINDS; kind++) {
            breaker_probe_now(&upstream->kind_breakers[kind]);
        }
    }
}

static void finish_transfers(struct sink_upstream *sink)
{
    struct http_client *client = sink->upstream.client;
    int64_t until_ms = clock_ms() + FINISH_WITHIN_MS;
    while (http_client_busy(client) > 0 && clock_ms() < until_ms) {
        wait_and_step(sink, until_ms);
    }
    if (http_client_busy(client) > 0) {
        log_warn("transfers are cut off; their files stay", log_number("transfers", (int64_t)http_client_busy(client)));
    }
}

static void *sink_thread(void *context)
{
    struct sink_upstream *sink = context;
    while (!sink->stopping) {
        sink_refresh(sink);
        send_files(sink);
        ask_if_due(sink);
        wait_and_step(sink, next_send_ms(sink));
    }
    finish_transfers(sink);
    return NULL;
}

/* ---- start and stop ---- */

static void make_transfers(struct sink_upstream *sink)
{
    size_t count = (size_t)sink->upstream.config->upstream.connections;
    sink->transfers = xcalloc(count, sizeof *sink->transfers);
    for (size_t i = count; i-- > 0;) {
        sink->transfers[i] = (struct upstream_transfer){
            .upstream = &sink->upstream, .spare = &sink->spare, .next = sink->spare, .fd = -1};
        sink->spare = &sink->transfers[i];
    }
}

static void add_sources(struct sink_upstream *sink, struct spool_source *sources, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sources[i].output == RELAY_OUTPUT_UPSTREAM) {
            sink->upstream.sources[sink->upstream.source_count++] = &sources[i];
            dispatch_set_event_fd(sources[i].dispatch, sink->wake_fd);
        }
    }
}

static bool open_upstream(struct sink_upstream *sink, const struct backoff *backoff, struct err *err)
{
    struct upstream *upstream = &sink->upstream;
    const struct relay_config *config = upstream->config;
    upstream->breaker.backoff = backoff;
    for (enum relay_kind kind = 0; kind < RELAY_KINDS; kind++) {
        upstream->kind_breakers[kind].backoff = backoff;
    }
    return peer_upstream_url(config, &upstream->url, err) && peer_upstream_pins(config, &upstream->pins, err) &&
           (upstream->client = peer_client(config, err)) != NULL &&
           (sink->tools.index = node_index_open(config->general.node_index_file, err)) != NULL;
}

static void sink_free(struct sink_upstream *sink)
{
    size_t count = (size_t)sink->upstream.config->upstream.connections;
    http_client_free(sink->upstream.client);
    for (size_t i = 0; i < count; i++) {
        close_fd(&sink->transfers[i].fd);
    }
    free(sink->transfers);
    spool_tools_free(&sink->tools);
    buffer_free(&sink->upstream.url);
    buffer_free(&sink->upstream.pins);
    upstream_login_free(&sink->upstream.login);
    close_fd(&sink->wake_fd);
    free(sink);
}

struct sink_upstream *sink_upstream_start(const struct relay_config *config, struct relay_state *state,
                                          const struct backoff *backoff, struct spool_source *sources, size_t count,
                                          struct err *err)
{
    struct sink_upstream *sink = xcalloc(1, sizeof *sink);
    sink->upstream.config = config;
    sink->upstream.login.config = config;
    sink->upstream.state = state;
    sink->tools.settings = &config->reporting;
    sink->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    make_transfers(sink);
    if (sink->wake_fd < 0) {
        err_set_errno(err, errno, "eventfd");
    } else if (open_upstream(sink, backoff, err)) {
        add_sources(sink, sources, count);
        if (thread_start(&sink->thread, sink_thread, sink, err)) {
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
