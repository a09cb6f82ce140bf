/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool: the directories where uploads wait: <directory>/incoming (or accepted-nodes-updates) and <directory>/failed.
 *
 * Files come in by rename and leave by unlink (done) or by rename into failed/ (refused), where `<name>.reason` beside
 * each says why. Another process may take a file at any time: a file that is gone is never an error. No waiting file is
 * ever replaced, nor removed for another one's sake; in failed/ the oldest ones without a valid signature go when their
 * node or their name has too many. Every state that a kill -9 leaves is a valid one.
 *
 * On disk (docs/operating.md says the same to administrators):
 *     incoming/NAME               waits; the first of its name
 *     incoming/NAME.~1~ .. ~5~    other files of that name, in the order in which they came (spool_beside.h)
 *     incoming/.NAME.claimed      the forwarder takes it out at this moment; one that a killed forwarder left is put
 *                                 back by the next one that starts
 *     incoming/.<16 hex>.tmp      an upload on its way
 *     failed/NAME, NAME.~1~ ..    refused; other bytes under a name stand beside the first
 *     failed/NAME.reason          why, of the file beside it
 *     failed/.in-work-<n>         what a forwarder works on (forwarder/work_marks.h)
 *     failed/.suspects            what was in work when one was killed (forwarder/attempts.h)
 *     failed/.ages-<directory>    how long files have been there, in time the machine was up (spool_ages.h)
 * The mtime of a waiting file is the moment when the first of our servers received it; no move changes it.
 *
 * Reason file: lines `key: value`, keys time (RFC 3339, UTC), reason, queue-id, node (may be empty), folder (the name
 * of the incoming directory it came from: two of them share one failed directory), verified (yes: the signature was
 * valid). It is written before its file moves, and an orphaned reason is swept by the cleaner.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "util/buffer.h"
#include "util/err.h"

struct spool; /* one incoming directory and its failed directory */

/* Opens <directory>/<incoming> and <directory>/failed, which must exist. NULL with err. */
struct spool *spool_open(const char *directory, const char *incoming, struct err *err);
void spool_close(struct spool *spool);

/* File descriptors of the directories, owned by the spool; their paths, for inotify and messages. */
int spool_incoming_fd(const struct spool *spool);
int spool_failed_fd(const struct spool *spool);
const char *spool_incoming_path(const struct spool *spool);
const char *spool_failed_path(const struct spool *spool);

/* Does a file of that name wait? */
bool spool_waits(const struct spool *spool, const char *name);

/* Are the open directories still the ones at their paths? False, with the path of the one that is not, when incoming
 * was removed or moved, or when another directory is in the place of incoming or failed. A missing failed/ gives true,
 * because files that need not go there can still be processed. */
bool spool_in_place(const struct spool *spool, const char **missing);

struct spool_entry {
    const char *name;          /* valid during the call */
    int64_t size;              /* bytes */
    int64_t mtime;             /* seconds since 1970 */
    const struct stat *status; /* valid during the call */
};

/* Visits the regular files of a directory in any order, except temporary files and `.reason` files. Returning false
 * stops.
 */
typedef bool spool_visit(void *context, const struct spool_entry *entry);
bool spool_scan(int dir_fd, spool_visit *visit, void *context, struct err *err);

/* The number of files that spool_scan would visit. It reads only names, counts the files beside a name together as one,
 * and stops at `enough`. */
size_t spool_count(int dir_fd, size_t enough);

/* How a file leaves incoming. It is first claimed, that is, renamed to a name that no other process looks for, and only
 * then compared with the file that was read. Otherwise another file could take its name in between and be removed
 * unread. */
enum spool_leave {
    SPOOL_LEFT,    /* it has left, or another process took it */
    SPOOL_CHANGED, /* it is not the file that was read, or was written to since: it waits */
    SPOOL_STAYS,   /* it waits; err says why */
};

/* Is this the name of a file that is claimed? */
bool spool_is_claimed(const char *name);

/* Removes a file that was processed. read: its status when it was read. */
enum spool_leave spool_remove(struct spool *spool, const char *name, const struct stat *read, struct err *err);

struct spool_refusal {
    const char *node_id; /* "": not known */
    const char *reason;
    bool verified;   /* the signature was valid: the file is never removed to make room */
    size_t *removed; /* counts the unverified files of its name that were removed to make room for it; may be NULL */
};

/* Moves a refused file into failed/ with its reason, beside others of that name. If a file with the same bytes is
 * already there, only that one stays, with the new reason. read: NULL when the file was not read. */
enum spool_leave spool_quarantine(struct spool *spool, const char *name, const struct stat *read,
                                  const struct spool_refusal *refusal, struct err *err);

/* Puts back the files that a killed forwarder had claimed. Returns how many. Called at the start of a forwarder. If
 * another forwarder is running, a file that it has just claimed is put back too, and is processed once more. */
size_t spool_recover(struct spool *spool);

/* Gives names that have become free to the files that stand beside them. A lone inventory or signature that has held up
 * another pair for an hour goes into failed/. Returns how many names were given. */
size_t spool_release_all(struct spool *spool, int64_t now_seconds);

/* The same for the files beside one name, or for those of which `name` is one. True when one of them got the name.
 *
 * Few names ever have files beside them, and a look for them costs as much as removing a file. So who reads the
 * directory, or its notifications, calls this for each file beside another that it sees, and spool_forget_beside before
 * it begins to read the whole directory. From then on a call for a name looks only if some file beside another was
 * seen. That misses none: when it is seen, its name has left already or leaves later. */
bool spool_release(struct spool *spool, const char *name, int64_t now_seconds);
void spool_forget_beside(struct spool *spool);

/* The `reason:` line of a failed file, printable; "" when there is none. */
void spool_reason(const struct spool *spool, const char *name, struct err *reason);

/* The content of a reason file. Each text is printable, or "" when the file has none. */
struct spool_note {
    struct err reason;
    struct err node;
    struct err directory; /* the incoming directory it came from */
    bool verified;
    int64_t time; /* of the failure, seconds since 1970; 0 when it is not there */
};
void spool_note_read(int failed_fd, const char *name, struct spool_note *note);

/* Did the failed file come from this spool's incoming directory? One without a reason counts as from `incoming`. */
bool spool_owns(const struct spool *spool, const char *name);
bool spool_note_owned(const struct spool *spool, const struct spool_note *note);

/* Moves a failed file back into incoming, under its name or beside others of that name, and removes its reason.
 * any_age: the run is stored however old it is (its mtime becomes 0). False with err if it is not there, or too many
 * files of that name wait. */
bool spool_replay(struct spool *spool, const char *name, bool any_age, struct err *err);

/* Removes a failed file and its reason. False with err if it is not there. */
bool spool_drop(struct spool *spool, const char *name, struct err *err);

/* Removes files that have been in failed/ (incoming: in the incoming directory) for longer than `retention` seconds,
 * orphaned reasons older than an hour, and temporary files older than a day. The age is the time in which the machine
 * was up since the first call that saw the file, so a wrong clock never removes a file early. Call it at the start and
 * at regular intervals. Returns how many files were removed. */
size_t spool_clean(struct spool *spool, int64_t retention, bool incoming);
