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
#include "node_source.h"
#include "service_notify.h"
#include "spool_watch.h"
#include "util/clock.h"
#include "util/memory.h"
#include "worker.h"

#define LOG_COMPONENT "forwarder"
#include "util/log.h"

/* How long what is in hand may take to finish. */
enum { STOP_WITHIN_MS = 10000 };

static const struct backoff retry_backoff = {.first_ms = 2000, .ceiling_ms = 300000};
static const struct backoff outage_backoff = {.first_ms = 500, .ceiling_ms = 30000};

struct forwarder {
    const struct relay_config *config;
    struct worker_shared shared;
    struct worker **workers;
    unsigned worker_count;
    int signal_fd;
    int inotify_fd; /* -1: scans only */
    int64_t next_scan_ms;
    int64_t next_clean_reporting_ms;
    int64_t next_clean_inventory_ms;
};

static bool stores_runs(const struct forwarder *forwarder)
{
    return forwarder->config->reporting.output != RELAY_OUTPUT_DISABLED;
}

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
    forwarder->workers = memory_zero(count, sizeof *forwarder->workers);
    for (unsigned i = 0; i < count; i++) {
        forwarder->workers[i] = worker_start(&forwarder->shared, i + 1, err);
        if (forwarder->workers[i] == NULL) {
            return false;
        }
        forwarder->worker_count++;
    }
    return true;
}

static bool start_storing(struct forwarder *forwarder, struct err *err)
{
    const struct relay_config *config = forwarder->config;
    struct worker_shared *shared = &forwarder->shared;
    struct err watch_err;
    shared->spool = spool_open(config->reporting.directory, "incoming", err);
    if (shared->spool == NULL || !node_source_prepare(config, err)) {
        return false;
    }
    forwarder->inotify_fd = spool_watch_open(shared->spool, &watch_err);
    if (forwarder->inotify_fd < 0) {
        log_warn("no notifications of new files; the folder is scanned now and then",
                 log_text("reason", watch_err.text), log_number("every_s", config->reporting.catchup_frequency));
    }
    shared->dispatch =
        dispatch_new((size_t)config->reporting.batch_runs, (unsigned)config->reporting.batch_interval_ms);
    shared->outage = outage_new(&outage_backoff);
    outage_publish(shared->outage, shared->state, RELAY_PEER_DATABASE);
    shared->stop_fd = eventfd(0, EFD_CLOEXEC);
    if (shared->stop_fd < 0) {
        return err_set_errno(err, errno, "eventfd");
    }
    return start_workers(forwarder, err);
}

struct forwarder *forwarder_start(const struct relay_config *config, struct err *err)
{
    struct forwarder *forwarder = memory_zero(1, sizeof *forwarder);
    int64_t now = clock_ms();
    *forwarder = (struct forwarder){
        .config = config,
        .shared = {.config = config, .retry = retry_backoff, .stop_fd = -1},
        .inotify_fd = -1,
        .next_scan_ms = now,
        .next_clean_reporting_ms = now + config->reporting.cleanup_frequency * 1000,
        .next_clean_inventory_ms = now + config->inventory.cleanup_frequency * 1000,
    };
    forwarder->shared.state = relay_state_open(config->general.state_file);
    forwarder->signal_fd = open_signals(err);
    if (forwarder->signal_fd < 0 || (stores_runs(forwarder) && !start_storing(forwarder, err))) {
        forwarder_stop(forwarder);
        return NULL;
    }
    log_info("started", log_number("workers", forwarder->worker_count),
             log_text("directory", config->reporting.directory));
    service_notify("READY=1");
    return forwarder;
}

static void scan(struct forwarder *forwarder)
{
    struct err err;
    if (!spool_watch_scan(forwarder->shared.spool, forwarder->shared.dispatch, &err)) {
        log_error("incoming cannot be scanned", log_text("reason", err.text));
    }
    forwarder->next_scan_ms = clock_ms() + forwarder->config->reporting.catchup_frequency * 1000;
}

/* Does what is due and returns when the next thing is. */
static int64_t keep_time(struct forwarder *forwarder)
{
    const struct relay_config *config = forwarder->config;
    int64_t now = clock_ms();
    if (!stores_runs(forwarder)) {
        forwarder->next_scan_ms = INT64_MAX;
    } else if (now >= forwarder->next_scan_ms) {
        scan(forwarder);
    }
    if (now >= forwarder->next_clean_reporting_ms) {
        cleaner_clean_reporting(&config->reporting);
        forwarder->next_clean_reporting_ms = now + config->reporting.cleanup_frequency * 1000;
    }
    if (now >= forwarder->next_clean_inventory_ms) {
        cleaner_clean_inventory(&config->inventory);
        forwarder->next_clean_inventory_ms = now + config->inventory.cleanup_frequency * 1000;
    }
    int64_t next = forwarder->next_clean_reporting_ms < forwarder->next_clean_inventory_ms
                       ? forwarder->next_clean_reporting_ms
                       : forwarder->next_clean_inventory_ms;
    return next < forwarder->next_scan_ms ? next : forwarder->next_scan_ms;
}

static void reload(struct forwarder *forwarder)
{
    struct err err;
    char state[64];
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_ms() * 1000);
    service_notify(state);
    if (!relay_config_reload_logging(forwarder->config->path, &err)) {
        log_error("logging settings not reloaded; the old ones stay", log_text("reason", err.text));
    }
    if (stores_runs(forwarder)) {
        if (!node_source_rebuild(forwarder->config, &err)) {
            log_error("nodes not reloaded; the old ones stay", log_text("reason", err.text));
        }
        dispatch_recall(forwarder->shared.dispatch); /* runs of a node that was unknown */
    }
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

static bool take_notifications(struct forwarder *forwarder)
{
    switch (spool_watch_read(forwarder->inotify_fd, forwarder->shared.dispatch)) {
    case SPOOL_WATCH_QUIET:
        return true;
    case SPOOL_WATCH_OVERFLOW:
        log_info("notifications were lost; the folder is scanned");
        forwarder->next_scan_ms = clock_ms();
        return true;
    case SPOOL_WATCH_LOST:
        break;
    }
    log_error("the folder was removed or moved", log_text("directory", spool_incoming_path(forwarder->shared.spool)));
    return false;
}

static int timeout_until(int64_t moment_ms)
{
    int64_t left = moment_ms - clock_ms();
    return left < 0 ? 0 : left > 3600000 ? 3600000 : (int)left;
}

bool forwarder_run(struct forwarder *forwarder)
{
    for (;;) {
        int64_t next_ms = keep_time(forwarder);
        struct pollfd fds[] = {
            {.fd = forwarder->signal_fd, .events = POLLIN},
            {.fd = forwarder->inotify_fd, .events = POLLIN},
        };
        if (poll(fds, 2, timeout_until(next_ms)) <= 0) {
            continue;
        }
        if (fds[0].revents != 0 && !take_signals(forwarder)) {
            return true;
        }
        if (fds[1].revents != 0 && !take_notifications(forwarder)) {
            return false;
        }
    }
}

static bool stop_workers(struct forwarder *forwarder)
{
    int64_t until_ms = clock_ms() + STOP_WITHIN_MS;
    bool ended = true;
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
    if (forwarder->worker_count > 0) {
        dispatch_stop(shared->dispatch);
        outage_stop(shared->outage);
        eventfd_write(shared->stop_fd, 1);
    }
    if (!stop_workers(forwarder)) {
        log_warn("stopped without waiting for the database any longer; what was in hand waits in the spool");
        return false;
    }
    free(forwarder->workers);
    outage_free(shared->outage);
    dispatch_free(shared->dispatch);
    if (shared->spool != NULL) {
        spool_close(shared->spool);
    }
    close_if_open(shared->stop_fd);
    close_if_open(forwarder->inotify_fd);
    close_if_open(forwarder->signal_fd);
    relay_state_close(shared->state);
    free(forwarder);
    return true;
}
