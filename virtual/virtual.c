/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual/virtual.h"

#include <dirent.h>
#include <errno.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "relay/daemon.h"
#include "relay/node_index.h"
#include "relay/relay_metrics.h"
#include "util/close_fd.h"
#include "util/log.h"
#include "util/sd_notify.h"
#include "util/xmalloc.h"
#include "virtual/places.h"
#include "virtual/virtual_run.h"
#include "virtual/watch.h"

#define LOG_COMPONENT "virtual"

enum { LOOK_EVERY = 5 /* seconds */, PLAN_MOST = 60 /* seconds; the clock may be set */, STATUS_DELAY_US = 50 * 1000 };

struct virtual_daemon {
    const struct relay_config *config;
    struct event_base *base;
    struct relay_state *state;
    uint64_t generation;
    struct node_index *index; /* NULL: there is none yet */
    struct outbox *outbox;
    struct virtual_run_context runs;
    struct places places;
    struct virtual_statuses before; /* as the last process left it */
    size_t running;
    int lock;
    char *requests;
    struct watch *files_watch;
    struct watch *requests_watch;
    struct event plan;   /* the next run */
    struct event look;   /* each LOOK_EVERY */
    struct event status; /* status.json is to be written */
    struct event signals[3];
    bool directory_missing; /* the log says so */
};

/* ---- status.json ---- */

static void write_status(struct virtual_daemon *daemon)
{
    struct virtual_statuses statuses = {xcalloc(daemon->places.count + 1, sizeof *statuses.at), daemon->places.count};
    struct err err;
    for (size_t i = 0; i < statuses.count; i++) {
        statuses.at[i] = daemon->places.at[i]->status;
        statuses.at[i].running = daemon->places.at[i]->run != NULL;
    }
    if (!virtual_statuses_write(&statuses, daemon->config->virtual_nodes.state_directory, &err)) {
        log_error("the status cannot be written", log_text("reason", err.text));
    }
    virtual_statuses_free(&statuses);
}

static void on_status_due(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    write_status(context);
}

static void status_changed(struct virtual_daemon *daemon)
{
    if (!evtimer_pending(&daemon->status, NULL)) {
        evtimer_add(&daemon->status, &(const struct timeval){.tv_usec = STATUS_DELAY_US});
    }
}

/* ---- runs ---- */

/* Is it a node of this server? Without an index nobody knows, and root will. */
static bool is_of_this_server(struct virtual_daemon *daemon, const char *node_id)
{
    if (daemon->index == NULL) {
        daemon->index = node_index_open(daemon->config->general.node_index_file, NULL);
    } else {
        daemon_refresh_index(daemon->index);
    }
    return daemon->index == NULL || node_index_find(daemon->index, node_id, NULL);
}

static void leave_place_out(struct place *place)
{
    struct virtual_status *status = &place->status;
    if (status->ok || status->reason.text[0] == '\0' || status->last > 0) {
        log_warn("a virtual node is not run: it is not in the node list", log_text("node", status->node_id));
    }
    status->last = 0;
    status->ok = false;
    err_set(&status->reason, "not run: it is not in the node list");
}

static void start_place(struct virtual_daemon *daemon, struct place *place, int64_t now)
{
    if (now == place->status.last) {
        place->status.next = now + 1; /* two runs within a second would have the same name */
        return;
    }
    place_begun(place, now);
    if (is_of_this_server(daemon, place->status.node_id)) {
        place->run = virtual_run_start(&daemon->runs, place->node, now, place);
        daemon->running++;
    } else {
        leave_place_out(place);
    }
    status_changed(daemon);
}

/* Starts what is due, then waits for what is next. */
static void plan_runs(struct virtual_daemon *daemon)
{
    const size_t most = (size_t)daemon->config->virtual_nodes.max_parallel;
    struct timespec now;
    struct place *due;
    clock_gettime(CLOCK_REALTIME, &now);
    while (daemon->running < most && (due = places_due(&daemon->places, now.tv_sec)) != NULL) {
        start_place(daemon, due, now.tv_sec);
    }
    int64_t wait_us = PLAN_MOST * INT64_C(1000000);
    const int64_t next = daemon->running < most ? places_next(&daemon->places) : INT64_MAX;
    if (next < now.tv_sec + PLAN_MOST) {
        wait_us = (next - now.tv_sec) * INT64_C(1000000) - now.tv_nsec / 1000;
        wait_us = wait_us > 0 ? wait_us : 0;
    }
    const struct timeval wait = {.tv_sec = wait_us / 1000000, .tv_usec = wait_us % 1000000};
    evtimer_add(&daemon->plan, &wait);
}

static void on_plan(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    plan_runs(context);
}

/* The timer starts the next one, so that this one's memory is given back first. */
static void on_virtual_run_ended(void *user, void *owner, const struct virtual_run_end *end)
{
    struct virtual_daemon *daemon = user;
    struct place *place = owner;
    place->run = NULL;
    place->status.last = end->start;
    place->status.took_ms = end->took_ms;
    place->status.ok = end->result == VIRTUAL_RUN_OK;
    place->status.reason = end->reason;
    daemon->running--;
    relay_metrics_virtual_run(daemon->state, (enum relay_virtual_run)end->result);
    status_changed(daemon);
    evtimer_add(&daemon->plan, &(const struct timeval){0});
}

/* ---- files and requests ---- */

static void drop_place(void *context, struct place *place)
{
    struct virtual_daemon *daemon = context;
    if (place->run != NULL) {
        log_warn("run ended: the node's file has gone", log_text("node", place->status.node_id));
        virtual_run_free(place->run);
        place->run = NULL;
        daemon->running--;
    }
}

static void read_files(struct virtual_daemon *daemon)
{
    struct virtual_nodes nodes;
    struct err err;
    if (!virtual_nodes_read(&nodes, daemon->config->virtual_nodes.directory, &err)) {
        if (!daemon->directory_missing) {
            log_error("the files of virtual nodes cannot be read; those known stay", log_text("reason", err.text));
        }
        daemon->directory_missing = true;
        return;
    }
    daemon->directory_missing = false;
    for (size_t i = 0; i < nodes.fault_count; i++) {
        log_error("the file of a virtual node is not used", log_text("reason", nodes.faults[i].err.text));
    }
    places_reload(&daemon->places, &nodes, &daemon->before, time(NULL), drop_place, daemon);
    log_info("files read", log_number("nodes", (int64_t)nodes.count),
             log_number("refused", (int64_t)nodes.fault_count));
    virtual_nodes_free(&nodes);
    relay_metrics_set_virtual(daemon->state, daemon->places.count, time(NULL));
    status_changed(daemon);
    evtimer_add(&daemon->plan, &(const struct timeval){0});
}

static void on_files_changed(void *context)
{
    read_files(context);
}

static void take_request(struct virtual_daemon *daemon, const char *name)
{
    char *path = xasprintf("%s/%s", daemon->requests, name);
    unlink(path);
    free(path);
    if (places_request(&daemon->places, name, time(NULL))) {
        log_info("run requested", log_text("node", name));
    } else {
        log_warn("run requested of a node that is none, or off", log_text("node", name));
    }
}

static void on_requests_changed(void *context)
{
    struct virtual_daemon *daemon = context;
    DIR *stream = opendir(daemon->requests);
    for (const struct dirent *entry; stream != NULL && (entry = readdir(stream)) != NULL;) {
        if (node_id_valid(entry->d_name, strlen(entry->d_name))) {
            take_request(daemon, entry->d_name);
        }
    }
    if (stream != NULL) {
        closedir(stream);
    }
    evtimer_add(&daemon->plan, &(const struct timeval){0});
}

/* ---- again and again ---- */

static void reload_daemon(struct virtual_daemon *daemon)
{
    daemon_reload_logging(daemon->config);
    read_files(daemon);
}

static void on_look(evutil_socket_t fd, short what, void *context)
{
    struct virtual_daemon *daemon = context;
    (void)fd;
    (void)what;
    relay_state_refresh(daemon->state);
    relay_metrics_set_virtual(daemon->state, daemon->places.count, time(NULL));
    const uint64_t generation = relay_state_generation(daemon->state);
    const bool reload = generation != daemon->generation;
    daemon->generation = generation;
    if (reload) {
        reload_daemon(daemon);
    }
    if (watch_renew(daemon->files_watch) && !reload) {
        read_files(daemon);
    }
    if (watch_renew(daemon->requests_watch)) {
        on_requests_changed(daemon);
    }
    outbox_send_kept(daemon->outbox);
}

static void on_stop(evutil_socket_t number, short what, void *context)
{
    struct virtual_daemon *daemon = context;
    (void)what;
    log_info("stopping", log_number("signal", number));
    event_base_loopbreak(daemon->base);
}

static void on_reload(evutil_socket_t number, short what, void *context)
{
    (void)number;
    (void)what;
    log_info("reloading");
    reload_daemon(context);
}

/* ---- from start to stop ---- */

/* Two processes would run everything twice. */
static bool lock_state(struct virtual_daemon *daemon, struct err *err)
{
    const char *directory = daemon->config->virtual_nodes.state_directory;
    daemon->lock = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (daemon->lock < 0) {
        return err_set_errno(err, errno, "%s", directory);
    }
    if (flock(daemon->lock, LOCK_EX | LOCK_NB) != 0) {
        return err_set(err, "%s: another rudder-relay-virtual runs", directory);
    }
    daemon->requests = xasprintf("%s/requests", directory);
    return mkdir(daemon->requests, 0700) == 0 || errno == EEXIST ||
           err_set_errno(err, errno, "%s", daemon->requests);
}

static void assign_events(struct virtual_daemon *daemon)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    evtimer_assign(&daemon->plan, daemon->base, on_plan, daemon);
    evtimer_assign(&daemon->status, daemon->base, on_status_due, daemon);
    event_assign(&daemon->look, daemon->base, -1, EV_PERSIST, on_look, daemon);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        evsignal_assign(&daemon->signals[i], daemon->base, numbers[i], numbers[i] == SIGHUP ? on_reload : on_stop,
                        daemon);
        event_add(&daemon->signals[i], NULL);
    }
    event_add(&daemon->look, &(const struct timeval){.tv_sec = LOOK_EVERY});
}

static void release_events(struct virtual_daemon *daemon)
{
    event_del(&daemon->plan);
    event_del(&daemon->status);
    event_del(&daemon->look);
    for (size_t i = 0; i < sizeof daemon->signals / sizeof *daemon->signals; i++) {
        event_del(&daemon->signals[i]);
    }
}

static bool open_virtual_parts(struct virtual_daemon *daemon, struct err *err)
{
    struct err none;
    if (!lock_state(daemon, err) || (daemon->outbox = outbox_open(daemon->config, err)) == NULL) {
        return false;
    }
    virtual_statuses_read(&daemon->before, daemon->config->virtual_nodes.state_directory, &none);
    daemon->base = event_base_new();
    return daemon->base != NULL || err_set(err, "libevent gives no event loop");
}

struct virtual_daemon *virtual_start(const struct relay_config *config, struct err *err)
{
    struct virtual_daemon *daemon = xcalloc(1, sizeof *daemon);
    signal(SIGPIPE, SIG_IGN); /* a helper that goes is an error of its connection */
    daemon->config = config;
    daemon->lock = -1;
    daemon->state = relay_state_open(config->general.state_file, relay_metrics_fingerprint());
    daemon->generation = relay_state_generation(daemon->state);
    if (!open_virtual_parts(daemon, err)) {
        virtual_stop(daemon);
        return NULL;
    }
    daemon->runs =
        (struct virtual_run_context){daemon->base, config, daemon->outbox, on_virtual_run_ended, daemon};
    assign_events(daemon);
    daemon->files_watch = watch_start(daemon->base, config->virtual_nodes.directory, on_files_changed, daemon);
    daemon->requests_watch = watch_start(daemon->base, daemon->requests, on_requests_changed, daemon);
    read_files(daemon);
    on_requests_changed(daemon);
    outbox_send_kept(daemon->outbox);
    log_info("started", log_text("directory", config->virtual_nodes.directory));
    sd_notify_send("READY=1");
    return daemon;
}

void virtual_loop(struct virtual_daemon *daemon)
{
    event_base_dispatch(daemon->base);
    sd_notify_send("STOPPING=1");
}

void virtual_stop(struct virtual_daemon *daemon)
{
    for (size_t i = 0; i < daemon->places.count; i++) {
        virtual_run_free(daemon->places.at[i]->run);
        daemon->places.at[i]->run = NULL;
    }
    watch_free(daemon->files_watch);
    watch_free(daemon->requests_watch);
    if (daemon->base != NULL) {
        write_status(daemon);
        release_events(daemon);
        event_base_free(daemon->base);
    }
    places_free(&daemon->places);
    virtual_statuses_free(&daemon->before);
    outbox_close(daemon->outbox);
    node_index_close(daemon->index);
    relay_state_close(daemon->state);
    close_fd(&daemon->lock);
    free(daemon->requests);
    free(daemon);
}
