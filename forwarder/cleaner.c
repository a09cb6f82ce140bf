/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cleaner.h"

#include "relay/spool.h"

#define LOG_COMPONENT "cleaner"
#include "util/log.h"

/* The folders are opened anew each time: they may have come, gone or been mounted since. */
static void clean(const char *directory, const char *incoming, int64_t retention)
{
    struct err err;
    struct spool *spool = spool_open(directory, incoming, &err);
    if (spool == NULL) {
        log_warn("cannot clean up", log_text("reason", err.text));
        return;
    }
    size_t failed = spool_clean(spool, retention, false);
    if (failed > 0) {
        log_info("old refused files removed", log_text("directory", directory), log_number("files", (int64_t)failed),
                 log_number("retention_s", retention));
    }
    size_t waiting = spool_clean(spool, retention, true);
    if (waiting > 0) {
        log_warn("old files removed that nobody had processed", log_text("directory", spool_incoming_path(spool)),
                 log_number("files", (int64_t)waiting), log_number("retention_s", retention));
    }
    spool_close(spool);
}

void cleaner_clean_reporting(const struct relay_config_reporting *settings)
{
    clean(settings->directory, "incoming", settings->cleanup_retention);
}

void cleaner_clean_inventory(const struct relay_config_inventory *settings)
{
    clean(settings->directory, "incoming", settings->cleanup_retention);
    clean(settings->directory, "accepted-nodes-updates", settings->cleanup_retention);
}
