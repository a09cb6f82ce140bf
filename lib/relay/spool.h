/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool: the directories where uploads wait: <directory>/incoming (or accepted-nodes-updates) and <directory>/failed.
 *
 * Files come in by rename and leave by unlink (done) or by rename into failed/ (refused), where `<name>.reason` beside
 * each says why. Another process may take a file at any time: a file that is gone is never an error. Every state that
 * a kill -9 leaves is a valid one: the reason is written before the file moves, and an orphaned reason is swept by the
 * cleaner.
 *
 * Reason file: lines `key: value`, keys time (RFC 3339, UTC), reason, queue-id, node (may be empty), directory (the
 * incoming directory it came from: two of them share one failed directory).
 */
#ifndef RELAY_SPOOL_H
#define RELAY_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/buffer.h"
#include "util/err.h"

struct spool; /* one incoming directory and its failed directory */

/* Opens <directory>/<incoming> and <directory>/failed, which must exist. NULL with err. */
struct spool *spool_open(const char *directory, const char *incoming, struct err *err);
void spool_close(struct spool *spool);

/* File descriptors of the directories, owned by the spool; path of the incoming directory, for inotify and messages. */
int spool_incoming_fd(const struct spool *spool);
int spool_failed_fd(const struct spool *spool);
const char *spool_incoming_path(const struct spool *spool);

/* Does something of that name wait? */
bool spool_waits(const struct spool *spool, const char *name);

/* Are the directories still what stands under their paths? False, with the path of the one that is not, when incoming
 * was removed or moved, and when another is in the place of incoming or failed. While there is no failed/ at all, what
 * need not go there can still be done. */
bool spool_in_place(const struct spool *spool, const char **missing);

struct spool_entry {
    const char *name; /* valid during the call */
    int64_t size;     /* bytes */
    int64_t mtime;    /* seconds since 1970 */
};

/* Visits the regular files of a directory, in no order, temporary files and `.reason` left out. Returning false stops.
 */
typedef bool spool_visit(void *context, const struct spool_entry *entry);
bool spool_scan(int dir_fd, spool_visit *visit, void *context, struct err *err);

/* The number of entries that spool_scan would visit, names only, counting no further than `enough`. */
size_t spool_count(int dir_fd, size_t enough);

/* Done with the file: it leaves incoming. */
bool spool_remove(struct spool *spool, const char *name, struct err *err);

/* Refused: into failed/ with its reason. A file of that name that is there already is replaced. node_id may be NULL. */
bool spool_quarantine(struct spool *spool, const char *name, const char *node_id, const char *reason, struct err *err);

/* The `reason:` line of a failed file, printable; "" when there is none. */
void spool_reason(const struct spool *spool, const char *name, struct err *reason);

/* All that is asked of a reason file at once; each "" when it is not there, printable else. */
struct spool_note {
    struct err reason;
    struct err node;
    struct err directory; /* the incoming directory it came from */
};
void spool_note_read(int failed_fd, const char *name, struct spool_note *note);

/* Did the failed file come from this spool's incoming directory? One without a reason counts as from `incoming`. */
bool spool_owns(const struct spool *spool, const char *name);
bool spool_note_owned(const struct spool *spool, const struct spool_note *note);

/* Back into incoming with a new mtime (the retention starts anew), its reason removed. False with err if it is not
 * there, or a file of that name waits. */
bool spool_replay(struct spool *spool, const char *name, struct err *err);

/* Removes failed files, with their reasons, that failed more than `retention` seconds ago, orphaned reasons older than
 * an hour and temporary files older than a day; with `incoming` also what waits longer than `retention`. Returns how
 * many files went. */
size_t spool_clean(struct spool *spool, int64_t retention, bool incoming);

#endif
