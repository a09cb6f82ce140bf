/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cleaner.h"
#include "generation_watch.h"
#include "lane.h"
#include "node_source.h"
#include "service_notify.h"
#include "sink_upstream.h"
#include "spool_figures.h"
#include "util/clock.h"
#include "util/xmalloc.h"
#include "worker.h"

#define LOG_COMPONENT "forwarder"
#include "util/log.h"

/* How long what is in hand may take to finish, and how often a database that nobody needs is asked how it is. */
enum { STOP_WITHIN_MS = 10000, ASK_DATABASE_MS = 60000 };

static const struct backoff retry_backoff = {.first_ms = 2000, .ceiling_ms = 300000};
static const struct backoff outage_backoff = {.first_ms = 500, .ceiling_ms = 30000};

struct forwarder {
    const struct relay_config *config;
    struct worker_shared shared;
    struct worker **workers;
    unsigned worker_count;
    struct sink_upstream *sink;
    struct lane lanes[RELAY_KINDS];
    size_t lane_count; /* those that lead somewhere */
    int signal_fd;
    struct generation_watch generation;
    int64_t next_figures_ms;
    int64_t next_ask_ms;
    int64_t next_clean_reporting_ms;
    int64_t next_clean_inventory_ms;
};

static int open_signals(struct err *err)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN); /* a connection that breaks is an error of that connection */
    int fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0) {
        err_set_errno(err, errno, "signalfd");
    }
    return fd;
}

/* A worker keeps a connection, so there are no more of them than connections allowed. */
static unsigned worker_count(const struct relay_config *config)
{
    long count = config->reporting.workers > 0 ? config->reporting.workers : sysconf(_SC_NPROCESSORS_ONLN);
    long most = config->database.max_pool_size;
    count = count < most ? count : most;
    return count > 0 ? (unsigned)count : 1;
}

static bool start_workers(struct forwarder *forwarder, struct err *err)
{
    unsigned count = worker_count(forwarder->config);
    forwarder->workers = xcalloc(count, sizeof *forwarder->workers);
    for (unsigned i = 0; i < count; i++) {
        forwarder->workers[i] = worker_start(&forwarder->shared, i + 1, err);
        if (forwarder->workers[i] == NULL) {
            return false;
        }
        forwarder->worker_count++;
    }
    return true;
}

static bool open_lanes(struct forwarder *forwarder, struct err *err)
{
    for (enum relay_kind kind = 0; kind < RELAY_KINDS; kind++) {
        if (lane_output(forwarder->config, kind) != RELAY_OUTPUT_DISABLED &&
            !lane_open(&forwarder->lanes[forwarder->lane_count++], forwarder->config, kind, err)) {
            return false;
        }
    }
    return true;
}

static bool start_storing(struct forwarder *forwarder, struct lane *lane, struct err *err)
{
    struct worker_shared *shared = &forwarder->shared;
    shared->spool = lane->spool;
    shared->dispatch = lane->dispatch;
    shared->outage = outage_new(&outage_backoff);
    outage_publish(shared->outage, shared->state, RELAY_PEER_DATABASE);
    shared->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (shared->stop_fd < 0) {
        return err_set_errno(err, errno, "eventfd");
    }
    return start_workers(forwarder, err);
}

static bool start_forwarding(struct forwarder *forwarder, struct err *err)
{
    const struct sink_upstream_needs needs = {forwarder->config, forwarder->shared.state, &retry_backoff,
                                              &outage_backoff};
    forwarder->sink = sink_upstream_start(&needs, forwarder->lanes, forwarder->lane_count, err);
    return forwarder->sink != NULL;
}

/* Each lane gets its sink. */
static bool start_sinks(struct forwarder *forwarder, struct err *err)
{
    bool upstream = false;
    if (!open_lanes(forwarder, err) || (forwarder->lane_count > 0 && !node_source_prepare(forwarder->config, err))) {
        return false;
    }
    for (size_t i = 0; i < forwarder->lane_count; i++) {
        struct lane *lane = &forwarder->lanes[i];
        if (lane->output == RELAY_OUTPUT_DATABASE && !start_storing(forwarder, lane, err)) {
            return false;
        }
        upstream = upstream || lane->output == RELAY_OUTPUT_UPSTREAM;
    }
    return !upstream || start_forwarding(forwarder, err);
}

struct forwarder *forwarder_start(const struct relay_config *config, struct err *err)
{
    struct forwarder *forwarder = xcalloc(1, sizeof *forwarder);
    int64_t now = clock_ms();
    *forwarder = (struct forwarder){
        .config = config,
        .shared = {.config = config, .retry = retry_backoff, .stop_fd = -1},
        .next_figures_ms = now,
        .next_ask_ms = now + ASK_DATABASE_MS,
        .next_clean_reporting_ms = now + config->reporting.cleanup_frequency * 1000,
        .next_clean_inventory_ms = now + config->inventory.cleanup_frequency * 1000,
    };
    forwarder->shared.state = relay_state_open(config->general.state_file);
    generation_watch_open(&forwarder->generation, forwarder->shared.state, config->general.state_file);
    forwarder->signal_fd = open_signals(err);
    if (forwarder->signal_fd < 0 || !start_sinks(forwarder, err)) {
        forwarder_stop(forwarder);
        return NULL;
    }
    log_info("started", log_number("workers", forwarder->worker_count),
             log_text("directory", config->reporting.directory));
    service_notify("READY=1");
    return forwarder;
}

static int64_t sooner(int64_t a_ms, int64_t b_ms)
{
    return a_ms < b_ms ? a_ms : b_ms;
}

/* What other programs want to know. Returns when it is to be done again. */
static int64_t keep_informed(struct forwarder *forwarder, int64_t now)
{
    if (now >= forwarder->next_figures_ms) {
        forwarder->next_figures_ms = now + spool_figures_publish(forwarder->config, forwarder->shared.state);
    }
    if (now >= forwarder->next_ask_ms) {
        if (forwarder->worker_count > 0) {
            dispatch_nudge(forwarder->shared.dispatch);
        }
        forwarder->next_ask_ms = now + ASK_DATABASE_MS;
    }
    return sooner(forwarder->next_figures_ms, forwarder->next_ask_ms);
}

/* Does what is due; *next_ms is when the next thing is. False when a folder was taken away. */
static bool keep_time(struct forwarder *forwarder, int64_t *next_ms)
{
    const struct relay_config *config = forwarder->config;
    int64_t now = clock_ms();
    if (now >= forwarder->next_clean_reporting_ms) {
        cleaner_clean_reporting(&config->reporting);
        forwarder->next_clean_reporting_ms = now + config->reporting.cleanup_frequency * 1000;
    }
    if (now >= forwarder->next_clean_inventory_ms) {
        cleaner_clean_inventory(&config->inventory);
        forwarder->next_clean_inventory_ms = now + config->inventory.cleanup_frequency * 1000;
    }
    *next_ms = sooner(forwarder->next_clean_reporting_ms, forwarder->next_clean_inventory_ms);
    for (size_t i = 0; i < forwarder->lane_count; i++) {
        int64_t scan_ms;
        if (!lane_keep_time(&forwarder->lanes[i], &scan_ms)) {
            return false;
        }
        *next_ms = sooner(*next_ms, scan_ms);
    }
    *next_ms = sooner(*next_ms, keep_informed(forwarder, now));
    return true;
}

static void reload_logging(const struct forwarder *forwarder)
{
    struct err err;
    if (!relay_config_reload_logging(forwarder->config->path, &err)) {
        log_error("logging settings not reloaded; the old ones stay", log_text("reason", err.text));
    }
}

/* What was put off because its node was unknown, or its upstream's certificate, may go now. */
static void try_again(struct forwarder *forwarder)
{
    if (forwarder->sink != NULL) {
        sink_upstream_reload(forwarder->sink);
    }
    for (size_t i = 0; i < forwarder->lane_count; i++) {
        dispatch_recall(forwarder->lanes[i].dispatch);
    }
}

/* `system` has built a new node index: it is taken up with the next batch. */
static void take_generation(struct forwarder *forwarder)
{
    if (generation_watch_raised(&forwarder->generation)) {
        log_info("reloading, as the system endpoint was asked to");
        reload_logging(forwarder);
        try_again(forwarder);
    }
}

static void reload(struct forwarder *forwarder)
{
    struct err err;
    char state[64];
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_ms() * 1000);
    service_notify(state);
    reload_logging(forwarder);
    if (forwarder->lane_count > 0 && !node_source_rebuild(forwarder->config, &err)) {
        log_error("nodes not reloaded; the old ones stay", log_text("reason", err.text));
    }
    try_again(forwarder);
    service_notify("READY=1");
}

/* False when it is time to stop. */
static bool take_signals(struct forwarder *forwarder)
{
    struct signalfd_siginfo info;
    while (read(forwarder->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo != SIGHUP) {
            log_info("stopping", log_number("signal", info.ssi_signo));
            return false;
        }
        log_info("reloading");
        reload(forwarder);
    }
    return true;
}

static int timeout_until(int64_t moment_ms)
{
    int64_t left = moment_ms - clock_ms();
    return left < 0 ? 0 : left > 3600000 ? 3600000 : (int)left;
}

bool forwarder_run(struct forwarder *forwarder)
{
    for (;;) {
        int64_t next_ms;
        if (!keep_time(forwarder, &next_ms)) {
            return false;
        }
        take_generation(forwarder);
        struct pollfd fds[2 + RELAY_KINDS] = {{.fd = forwarder->signal_fd, .events = POLLIN},
                                              {.fd = forwarder->generation.fd, .events = POLLIN}};
        for (size_t i = 0; i < forwarder->lane_count; i++) {
            fds[2 + i] = (struct pollfd){.fd = forwarder->lanes[i].inotify_fd, .events = POLLIN};
        }
        if (poll(fds, 2 + forwarder->lane_count, timeout_until(next_ms)) <= 0) {
            continue;
        }
        if (fds[0].revents != 0 && !take_signals(forwarder)) {
            return true;
        }
        for (size_t i = 0; i < forwarder->lane_count; i++) {
            if (fds[2 + i].revents != 0 && !lane_read(&forwarder->lanes[i])) {
                return false;
            }
        }
    }
}

static bool stop_sinks(struct forwarder *forwarder)
{
    int64_t until_ms = clock_ms() + STOP_WITHIN_MS;
    bool ended = sink_upstream_join(forwarder->sink, until_ms);
    for (unsigned i = 0; i < forwarder->worker_count; i++) {
        ended = worker_join(forwarder->workers[i], until_ms) && ended;
    }
    return ended;
}

static void close_if_open(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

bool forwarder_stop(struct forwarder *forwarder)
{
    struct worker_shared *shared = &forwarder->shared;
    service_notify("STOPPING=1");
    if (forwarder->sink != NULL) {
        sink_upstream_stop(forwarder->sink);
    }
    if (forwarder->worker_count > 0) {
        dispatch_stop(shared->dispatch);
        outage_stop(shared->outage);
        eventfd_write(shared->stop_fd, 1);
    }
    if (!stop_sinks(forwarder)) {
        log_warn("stopped without waiting any longer; what was in hand waits in the spool");
        return false;
    }
    free(forwarder->workers);
    outage_free(shared->outage);
    for (size_t i = 0; i < forwarder->lane_count; i++) {
        lane_close(&forwarder->lanes[i]);
    }
    close_if_open(shared->stop_fd);
    close_if_open(forwarder->signal_fd);
    generation_watch_close(&forwarder->generation);
    relay_state_close(shared->state);
    free(forwarder);
    return true;
}
