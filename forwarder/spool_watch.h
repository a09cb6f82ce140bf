/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_watch: tells the dispatch what is in incoming/. Notifications of the kernel come at once but may be lost; a
 * scan finds everything.
 *
 * Run logs are the names whose last extension is gz, zip or log (PROTOCOL.md section 4); inventories may have any
 * name. Hidden names are neither. A file that waits beside another one (spool_beside.h) is not told to the dispatch;
 * it gets the name as soon as the name is free. A file that a forwarder has claimed and put back, since it could not
 * be moved or removed, is not told as new. Where there is no inotify (a limit is reached, the file system does not
 * support it), only the scans find the files, a little later.
 */
#pragma once

#include <stdbool.h>

#include "dispatch.h"
#include "relay/spool.h"
#include "util/err.h"

/* Does the forwarder process files of this name? */
typedef bool spool_watch_wants(const char *name);
spool_watch_wants spool_watch_wanted; /* for run logs */
spool_watch_wants spool_watch_wanted_inventory;

/* Returns an inotify descriptor, non-blocking, or -1 with err. */
int spool_watch_open(const struct spool *spool, struct err *err);

enum spool_watch_news {
    SPOOL_WATCH_QUIET,
    SPOOL_WATCH_OVERFLOW, /* notifications were lost: scan */
    SPOOL_WATCH_LOST,     /* the directory was removed, moved or unmounted: no more notifications */
};

/* Adds the names of all notifications that have come so far. */
enum spool_watch_news spool_watch_read(int inotify_fd, struct spool *spool, spool_watch_wants *wanted,
                                       struct dispatch *dispatch);

/* Adds the names in the directory and drops those that are not there any more. False with err. */
bool spool_watch_scan(struct spool *spool, spool_watch_wants *wanted, struct dispatch *dispatch, struct err *err);
