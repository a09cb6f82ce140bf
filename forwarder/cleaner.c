/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cleaner.h"

#include "relay/spool.h"
#include "relay/upload_kind.h"
#include "util/log.h"

#define LOG_COMPONENT "cleaner"

/* Opens the directories anew: they may have been made, removed or mounted since the last time. */
static void clean_spool(const char *directory, enum relay_kind kind, int64_t retention)
{
    struct err err;
    struct spool *spool = spool_open(directory, upload_kind(kind)->incoming, &err);
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
    clean_spool(settings->directory, RELAY_KIND_REPORT, settings->cleanup_retention);
}

void cleaner_clean_syslog(const struct relay_config *config)
{
    if (config->syslog.enabled) {
        clean_spool(config->syslog.directory, RELAY_KIND_SYSLOG, config->reporting.cleanup_retention);
    }
}

void cleaner_clean_inventory(const struct relay_config_inventory *settings)
{
    clean_spool(settings->directory, RELAY_KIND_INVENTORY, settings->cleanup_retention);
    clean_spool(settings->directory, RELAY_KIND_INVENTORY_UPDATE, settings->cleanup_retention);
    if (settings->smime) {
        clean_spool(settings->directory, RELAY_KIND_MESSAGE, settings->cleanup_retention);
        clean_spool(settings->directory, RELAY_KIND_MESSAGE_UPDATE, settings->cleanup_retention);
    }
}
