/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_watch: says what is in incoming/: the kernel's notifications as a hint that comes at once, the scan as the
 * truth.
 *
 * Of run logs only names whose last extension is gz, zip or log are of interest (PROTOCOL.md section 4), of
 * inventories all; of neither hidden ones. Without inotify (a watch limit is reached, a file system that has none) the
 * scans alone keep things going, a little later.
 */
#ifndef RELAY_FORWARDER_SPOOL_WATCH_H
#define RELAY_FORWARDER_SPOOL_WATCH_H

#include <stdbool.h>

#include "dispatch.h"
#include "relay/spool.h"
#include "util/err.h"

/* Is this the name of a file that the forwarder takes up? */
typedef bool spool_watch_wants(const char *name);
spool_watch_wants spool_watch_wanted;           /* as a run log */
spool_watch_wants spool_watch_wanted_inventory;

/* Returns an inotify descriptor, non-blocking, or -1 with err. */
int spool_watch_open(const struct spool *spool, struct err *err);

enum spool_watch_news {
    SPOOL_WATCH_QUIET,
    SPOOL_WATCH_OVERFLOW, /* notifications were lost: scan */
    SPOOL_WATCH_LOST,     /* the folder was removed, moved or unmounted: nothing comes any more */
};

/* Reads what there is and passes it on. */
enum spool_watch_news spool_watch_read(int inotify_fd, spool_watch_wants *wanted, struct dispatch *dispatch);

/* Passes on what is in the folder and drops what is not there any more. False with err. */
bool spool_watch_scan(const struct spool *spool, spool_watch_wants *wanted, struct dispatch *dispatch, struct err *err);

#endif
