/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lane.h"

#include <unistd.h>

#include "inventory_pair.h"
#include "util/clock.h"

#define LOG_COMPONENT "lane"
#include "util/log.h"

static const char *const folders[RELAY_KINDS] = {
    [RELAY_KIND_REPORT] = "incoming",
    [RELAY_KIND_INVENTORY] = "incoming",
    [RELAY_KIND_INVENTORY_UPDATE] = "accepted-nodes-updates",
};

enum relay_output lane_output(const struct relay_config *config, enum relay_kind kind)
{
    return kind == RELAY_KIND_REPORT ? config->reporting.output : config->inventory.output;
}

static bool open_reporting(struct lane *lane, const struct relay_config_reporting *settings, struct err *err)
{
    lane->spool = spool_open(settings->directory, folders[lane->kind], err);
    lane->wanted = spool_watch_wanted;
    lane->frequency_s = settings->catchup_frequency;
    lane->dispatch = lane->output == RELAY_OUTPUT_DATABASE
                         ? dispatch_new((size_t)settings->batch_runs, (unsigned)settings->batch_interval_ms)
                         : dispatch_new(1, 0);
    return lane->spool != NULL;
}

static bool open_inventory(struct lane *lane, const struct relay_config_inventory *settings, struct err *err)
{
    lane->spool = spool_open(settings->directory, folders[lane->kind], err);
    lane->wanted = spool_watch_wanted_inventory;
    lane->frequency_s = settings->catchup_frequency;
    lane->dispatch = dispatch_new(1, 0);
    dispatch_order_by(lane->dispatch, inventory_pair_order);
    return lane->spool != NULL;
}

bool lane_open(struct lane *lane, const struct relay_config *config, enum relay_kind kind, struct err *err)
{
    struct err why;
    *lane = (struct lane){.kind = kind, .output = lane_output(config, kind), .inotify_fd = -1};
    lane->next_scan_ms = clock_ms();
    if (!(kind == RELAY_KIND_REPORT ? open_reporting(lane, &config->reporting, err)
                                    : open_inventory(lane, &config->inventory, err))) {
        return false;
    }
    lane->inotify_fd = spool_watch_open(lane->spool, &why);
    if (lane->inotify_fd < 0) {
        log_warn("no notifications of new files; the folder is scanned now and then", log_text("reason", why.text),
                 log_number("every_s", lane->frequency_s));
    }
    return true;
}

void lane_close(struct lane *lane)
{
    dispatch_free(lane->dispatch);
    if (lane->spool != NULL) {
        spool_close(lane->spool);
    }
    if (lane->inotify_fd >= 0) {
        close(lane->inotify_fd);
    }
}

static bool taken_away(const char *path)
{
    log_error("the folder was removed or moved", log_text("directory", path));
    return false;
}

bool lane_keep_time(struct lane *lane, int64_t *next_ms)
{
    struct err err;
    const char *missing;
    if (clock_ms() >= lane->next_scan_ms) {
        if (!spool_in_place(lane->spool, &missing)) { /* the kernel does not tell while we have a removed folder open */
            return taken_away(missing);
        }
        if (!spool_watch_scan(lane->spool, lane->wanted, lane->dispatch, &err)) {
            log_error("the folder cannot be scanned", log_text("directory", spool_incoming_path(lane->spool)),
                      log_text("reason", err.text));
        }
        lane->next_scan_ms = clock_ms() + lane->frequency_s * 1000;
    }
    *next_ms = lane->next_scan_ms;
    return true;
}

bool lane_read(struct lane *lane)
{
    switch (spool_watch_read(lane->inotify_fd, lane->wanted, lane->dispatch)) {
    case SPOOL_WATCH_QUIET:
        return true;
    case SPOOL_WATCH_OVERFLOW:
        log_info("notifications were lost; the folder is scanned",
                 log_text("directory", spool_incoming_path(lane->spool)));
        lane->next_scan_ms = clock_ms();
        return true;
    case SPOOL_WATCH_LOST:
        break;
    }
    return taken_away(spool_incoming_path(lane->spool));
}
