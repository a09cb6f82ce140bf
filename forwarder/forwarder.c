/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cleaner.h"
#include "node_index_ensure.h"
#include "relay/daemon.h"
#include "relay/report_lists.h"
#include "relay/syslog_rules.h"
#include "relay/upload_kind.h"
#include "reload_watch.h"
#include "signed_nodes.h"
#include "sink_inventory.h"
#include "sink_upstream.h"
#include "spool_source.h"
#include "spool_stats.h"
#include "util/clock.h"
#include "util/close_fd.h"
#include "util/log.h"
#include "util/sd_notify.h"
#include "util/xmalloc.h"
#include "worker_group.h"

#define LOG_COMPONENT "forwarder"

enum {
    STOP_WITHIN_MS = 10000,    /* how long the jobs under way have to end */
    CHECK_DATABASE_MS = 60000, /* how often the database is probed when no run comes */
    GATHER_MS = 5,             /* how long notifications of files gather after some came */
};

static const struct backoff retry_backoff = {.first_ms = 2000, .ceiling_ms = 300000}; /* of a file */
static const struct backoff breaker_backoff = {.first_ms = 500,
                                               .ceiling_ms = 30000}; /* of the database, the upstream */

struct forwarder {
    const struct relay_config *config;
    struct relay_state *state;
    struct worker_group_common common;
    struct syslog_rules *syslog;
    struct worker_group groups[RELAY_KINDS]; /* one for each source that goes to the database */
    size_t group_count;
    struct sink_upstream *sink;
    struct sink_inventory *inventories;
    struct spool_source sources[RELAY_KINDS];
    size_t source_count; /* those whose output is not disabled */
    int signal_fd;
    struct reload_watch reload;
    int64_t next_stats_ms;
    int64_t next_check_database_ms;
    int64_t next_clean_reporting_ms;
    int64_t next_clean_inventory_ms;
    int64_t next_release_ms;
};

static int open_signal_fd(struct err *err)
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

/* What all groups of workers use. Runs by syslog need to know who may report so, and who has sent signed runs. */
static bool open_common(struct forwarder *forwarder, struct err *err)
{
    const struct relay_config *config = forwarder->config;
    struct worker_group_common *common = &forwarder->common;
    common->config = config;
    common->state = forwarder->state;
    common->breaker_backoff = &breaker_backoff;
    if (config->reporting.output != RELAY_OUTPUT_DATABASE) {
        return true;
    }
    if (config->reporting.accept_sha1) {
        log_warn("processing.reporting.accept_sha1 is set: run logs count whose signature can be forged");
    }
    common->lists = report_lists_new(REPORT_LISTS_BYTES);
    if (config->syslog.enabled) {
        log_warn("syslog.enabled is set: run logs of the listed nodes count without a signature");
        forwarder->syslog = syslog_rules_new(&config->syslog);
        common->syslog = forwarder->syslog;
        common->signed_nodes = signed_nodes_open(config->syslog.signed_nodes_file, err);
        return common->signed_nodes != NULL;
    }
    return true;
}

static bool open_sources(struct forwarder *forwarder, struct err *err)
{
    for (enum relay_kind kind = 0; kind < RELAY_KINDS; kind++) {
        if (upload_kind_output(kind, forwarder->config) != RELAY_OUTPUT_DISABLED) {
            struct spool_source *source = &forwarder->sources[forwarder->source_count++];
            *source = (struct spool_source){.kind = kind, .retry = &retry_backoff, .state = forwarder->state};
            if (!spool_source_open(source, forwarder->config, err)) {
                return false;
            }
        }
    }
    return true;
}

/* Starts what serves the sources: workers for the database, the sinks for the upstream and for messages. */
static bool start_sinks(struct forwarder *forwarder, struct err *err)
{
    bool upstream = false;
    bool files = false;
    for (size_t i = 0; i < forwarder->source_count; i++) {
        struct spool_source *source = &forwarder->sources[i];
        if (source->output == RELAY_OUTPUT_DATABASE &&
            !worker_group_start(&forwarder->groups[forwarder->group_count++], &forwarder->common, source, err)) {
            return false;
        }
        upstream = upstream || source->output == RELAY_OUTPUT_UPSTREAM;
        files = files || source->output == RELAY_OUTPUT_FILES;
    }
    if (upstream) {
        forwarder->sink = sink_upstream_start(forwarder->config, forwarder->state, &breaker_backoff, forwarder->sources,
                                              forwarder->source_count, err);
    }
    if (files && (!upstream || forwarder->sink != NULL)) {
        forwarder->inventories = sink_inventory_start(forwarder->config, forwarder->state, forwarder->sources,
                                                      forwarder->source_count, err);
    }
    return (!upstream || forwarder->sink != NULL) && (!files || forwarder->inventories != NULL);
}

static bool start_all(struct forwarder *forwarder, struct err *err)
{
    forwarder->signal_fd = open_signal_fd(err);
    return forwarder->signal_fd >= 0 && open_sources(forwarder, err) &&
           (forwarder->source_count == 0 || node_index_ensure(forwarder->config, err)) &&
           open_common(forwarder, err) && start_sinks(forwarder, err);
}

static unsigned count_workers(const struct forwarder *forwarder)
{
    unsigned count = 0;
    for (size_t i = 0; i < forwarder->group_count; i++) {
        count += forwarder->groups[i].count;
    }
    return count;
}

struct forwarder *forwarder_start(const struct relay_config *config, struct err *err)
{
    struct forwarder *forwarder = xcalloc(1, sizeof *forwarder);
    int64_t now_ms = clock_ms();
    *forwarder = (struct forwarder){
        .config = config,
        .state = relay_state_open(config->general.state_file, relay_metrics_fingerprint()),
        .next_stats_ms = now_ms,
        .next_check_database_ms = now_ms + CHECK_DATABASE_MS,
        .next_clean_reporting_ms = now_ms,
        .next_clean_inventory_ms = now_ms,
        .next_release_ms = now_ms,
    };
    reload_watch_open(&forwarder->reload, forwarder->state, config->general.state_file);
    if (!start_all(forwarder, err)) {
        forwarder_stop(forwarder);
        return NULL;
    }
    log_info("started", log_number("workers", count_workers(forwarder)),
             log_text("directory", config->reporting.directory));
    if (config->reporting.output == RELAY_OUTPUT_DISABLED) {
        log_warn("processing.reporting.output is disabled: run logs go nowhere, and those that are too old are removed",
                 log_number("retention_s", config->reporting.cleanup_retention));
    }
    sd_notify_send("READY=1");
    return forwarder;
}

/* Does what is due. *next_ms is when something is due again. False when a directory of the spool was taken away. */
static bool run_timers(struct forwarder *forwarder, int64_t *next_ms)
{
    const struct relay_config *config = forwarder->config;
    int64_t now_ms = clock_ms();
    if (now_ms >= forwarder->next_clean_reporting_ms) {
        cleaner_clean_reporting(&config->reporting);
        cleaner_clean_syslog(config);
        forwarder->next_clean_reporting_ms = now_ms + config->reporting.cleanup_frequency * 1000;
    }
    if (now_ms >= forwarder->next_clean_inventory_ms) {
        cleaner_clean_inventory(&config->inventory);
        forwarder->next_clean_inventory_ms = now_ms + config->inventory.cleanup_frequency * 1000;
    }
    if (now_ms >= forwarder->next_release_ms) {
        spool_source_release_disabled(config);
        forwarder->next_release_ms = now_ms + config->inventory.catchup_frequency * 1000;
    }
    if (now_ms >= forwarder->next_stats_ms) {
        forwarder->next_stats_ms = now_ms + spool_stats_publish(config, forwarder->state);
    }
    if (now_ms >= forwarder->next_check_database_ms) {
        for (size_t i = 0; i < forwarder->group_count; i++) {
            worker_group_wake_idle(&forwarder->groups[i]);
        }
        forwarder->next_check_database_ms = now_ms + CHECK_DATABASE_MS;
    }
    *next_ms = clock_earlier(clock_earlier(forwarder->next_clean_reporting_ms, forwarder->next_clean_inventory_ms),
                             clock_earlier(forwarder->next_stats_ms, forwarder->next_check_database_ms));
    *next_ms = clock_earlier(*next_ms, forwarder->next_release_ms);
    for (size_t i = 0; i < forwarder->source_count; i++) {
        int64_t scan_ms;
        if (!spool_source_scan_if_due(&forwarder->sources[i], &scan_ms)) {
            return false;
        }
        *next_ms = clock_earlier(*next_ms, scan_ms);
    }
    return true;
}

/* Tries all deferred files at once: the node may be known now, or the upstream's certificate or the database's password
 * may be right. */
static void retry_deferred(struct forwarder *forwarder)
{
    for (size_t i = 0; i < forwarder->group_count; i++) {
        worker_group_probe_now(&forwarder->groups[i]);
    }
    if (forwarder->sink != NULL) {
        sink_upstream_reload(forwarder->sink);
    }
    for (size_t i = 0; i < forwarder->source_count; i++) {
        dispatch_flush_deferred(forwarder->sources[i].dispatch);
    }
}

/* The `system` endpoint has built a new node index, which the sinks take up by themselves. */
static void reload_if_requested(struct forwarder *forwarder)
{
    if (reload_watch_requested(&forwarder->reload)) {
        log_info("reloading, as the system endpoint was asked to");
        daemon_reload_logging(forwarder->config);
        retry_deferred(forwarder);
    }
}

static void reload_on_signal(struct forwarder *forwarder)
{
    struct err err;
    char state[64];
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_us());
    sd_notify_send(state);
    daemon_reload_logging(forwarder->config);
    if (forwarder->source_count > 0 && !node_index_ensure_rebuilt(forwarder->config, &err)) {
        log_error("nodes not reloaded; the old ones stay", log_text("reason", err.text));
    }
    retry_deferred(forwarder);
    sd_notify_send("READY=1");
}

/* False when it is time to stop. */
static bool handle_signals(struct forwarder *forwarder)
{
    struct signalfd_siginfo info;
    while (read(forwarder->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo != SIGHUP) {
            log_info("stopping", log_number("signal", info.ssi_signo));
            return false;
        }
        log_info("reloading");
        reload_on_signal(forwarder);
    }
    return true;
}

/* Lets notifications gather, so that the thread wakes once for many: each file that leaves incoming is one more, since
 * it is claimed by a rename. A signal ends the rest. */
static void let_gather(const struct forwarder *forwarder)
{
    struct pollfd signal = {.fd = forwarder->signal_fd, .events = POLLIN};
    poll(&signal, 1, GATHER_MS);
}

/* Reads the notifications of the sources whose descriptor is ready. False when a directory of the spool was taken
 * away. */
static bool read_sources(struct forwarder *forwarder, const struct pollfd *fds)
{
    bool any = false;
    for (size_t i = 0; i < forwarder->source_count; i++) {
        if (fds[i].revents != 0 && !spool_source_read_events(&forwarder->sources[i])) {
            return false;
        }
        any = any || fds[i].revents != 0;
    }
    if (any) {
        let_gather(forwarder);
    }
    return true;
}

bool forwarder_run(struct forwarder *forwarder)
{
    for (;;) {
        int64_t next_ms;
        if (!run_timers(forwarder, &next_ms)) {
            return false;
        }
        reload_if_requested(forwarder);
        struct pollfd fds[2 + RELAY_KINDS] = {{.fd = forwarder->signal_fd, .events = POLLIN},
                                              {.fd = forwarder->reload.fd, .events = POLLIN}};
        for (size_t i = 0; i < forwarder->source_count; i++) {
            fds[2 + i] = (struct pollfd){.fd = forwarder->sources[i].inotify_fd, .events = POLLIN};
        }
        if (poll(fds, 2 + forwarder->source_count, clock_poll_timeout(next_ms)) <= 0) {
            continue;
        }
        if (fds[0].revents != 0 && !handle_signals(forwarder)) {
            return true;
        }
        if (!read_sources(forwarder, fds + 2)) {
            return false;
        }
    }
}

static bool stop_sinks(struct forwarder *forwarder)
{
    int64_t until_ms = clock_ms() + STOP_WITHIN_MS;
    if (forwarder->sink != NULL) {
        sink_upstream_stop(forwarder->sink);
    }
    for (size_t i = 0; i < forwarder->group_count; i++) {
        worker_group_stop(&forwarder->groups[i]);
    }
    sink_inventory_stop(forwarder->inventories);
    bool ended = sink_upstream_join(forwarder->sink, until_ms);
    ended = sink_inventory_join(forwarder->inventories, until_ms) && ended;
    for (size_t i = 0; i < forwarder->group_count; i++) {
        ended = worker_group_join(&forwarder->groups[i], until_ms) && ended;
    }
    return ended;
}

bool forwarder_stop(struct forwarder *forwarder)
{
    sd_notify_send("STOPPING=1");
    if (!stop_sinks(forwarder)) {
        log_warn("stopped without waiting any longer; what was being processed waits in the spool");
        return false;
    }
    for (size_t i = 0; i < forwarder->group_count; i++) {
        worker_group_free(&forwarder->groups[i]);
    }
    report_lists_free(forwarder->common.lists);
    signed_nodes_close(forwarder->common.signed_nodes);
    syslog_rules_free(forwarder->syslog);
    for (size_t i = 0; i < forwarder->source_count; i++) {
        spool_source_close(&forwarder->sources[i]);
    }
    close_fd(&forwarder->signal_fd);
    reload_watch_close(&forwarder->reload);
    relay_state_close(forwarder->state);
    free(forwarder);
    return true;
}
