/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spool_source.h"

#include <time.h>

#include "inventory_pair.h"
#include "relay/upload_kind.h"
#include "util/clock.h"
#include "util/close_fd.h"
#include "util/log.h"

#define LOG_COMPONENT "spool_source"

/* Only runs for the database are worth gathering: a batch is one transaction. */
static struct dispatch *make_dispatch(const struct spool_source *source, const struct relay_config *config)
{
    const struct relay_config_reporting *reporting = &config->reporting;
    if (source->output == RELAY_OUTPUT_DATABASE) {
        return dispatch_new((size_t)reporting->batch_runs, (unsigned)reporting->batch_interval_ms);
    }
    struct dispatch *dispatch = dispatch_new(1, 0);
    if (!upload_kind_is_run(source->kind)) {
        dispatch_order_by(dispatch, inventory_pair_order);
    }
    return dispatch;
}

bool spool_source_open(struct spool_source *source, const struct relay_config *config, struct err *err)
{
    bool report = upload_kind_is_run(source->kind);
    struct err why;
    source->output = upload_kind_output(source->kind, config);
    source->wanted = report ? spool_watch_wanted : spool_watch_wanted_inventory;
    source->scan_interval_s = report ? config->reporting.catchup_frequency : config->inventory.catchup_frequency;
    source->next_scan_ms = clock_ms();
    source->dispatch = make_dispatch(source, config);
    source->inotify_fd = -1;
    source->spool = spool_open(upload_kind_directory(source->kind, config), upload_kind(source->kind)->incoming, err);
    if (source->spool == NULL) {
        return false;
    }
    source->failed_room = (report ? failed_room_new : failed_room_new_inventories)(
        source->spool, (size_t)config->reporting.max_failed_files_per_node, config->reporting.max_failed_size_per_node);
    size_t recovered = spool_recover(source->spool);
    if (recovered > 0) {
        log_info("files put back that a forwarder was taking out when it ended",
                 log_number("files", (int64_t)recovered));
    }
    source->inotify_fd = spool_watch_open(source->spool, &why);
    if (source->inotify_fd < 0) {
        log_warn("no notifications of new files; the directory is scanned now and then", log_text("reason", why.text),
                 log_number("every_s", source->scan_interval_s));
    }
    return true;
}

void spool_source_close(struct spool_source *source)
{
    dispatch_free(source->dispatch);
    failed_room_free(source->failed_room);
    spool_close(source->spool);
    close_fd(&source->inotify_fd);
}

static bool directory_lost(const char *path)
{
    log_error("the directory was removed or moved", log_text("directory", path));
    return false;
}

bool spool_source_scan_if_due(struct spool_source *source, int64_t *next_ms)
{
    struct err err;
    const char *missing;
    if (clock_ms() >= source->next_scan_ms) {
        /* The kernel does not notify of a removed directory as long as we have it open. */
        if (!spool_in_place(source->spool, &missing)) {
            return directory_lost(missing);
        }
        if (!spool_watch_scan(source->spool, source->wanted, source->dispatch, &err)) {
            log_error("the directory cannot be scanned", log_text("directory", spool_incoming_path(source->spool)),
                      log_text("reason", err.text));
        }
        source->next_scan_ms = clock_ms() + source->scan_interval_s * 1000;
    }
    *next_ms = source->next_scan_ms;
    return true;
}

bool spool_source_read_events(struct spool_source *source)
{
    const char *path = spool_incoming_path(source->spool);
    switch (spool_watch_read(source->inotify_fd, source->spool, source->wanted, source->dispatch)) {
    case SPOOL_WATCH_QUIET:
        return true;
    case SPOOL_WATCH_OVERFLOW:
        log_info("notifications were lost; the directory is scanned", log_text("directory", path));
        source->next_scan_ms = clock_ms();
        return true;
    case SPOOL_WATCH_LOST:
        break;
    }
    return directory_lost(path);
}

void spool_source_release_disabled(const struct relay_config *config)
{
    for (enum relay_kind kind = 0; kind < RELAY_KINDS; kind++) {
        if (upload_kind_output(kind, config) != RELAY_OUTPUT_DISABLED || !upload_kind_used(kind, config)) {
            continue;
        }
        struct spool *spool = spool_open(upload_kind_directory(kind, config), upload_kind(kind)->incoming, NULL);
        if (spool != NULL) {
            spool_release_all(spool, time(NULL));
            spool_close(spool);
        }
    }
}
