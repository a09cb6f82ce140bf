/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relay_state: what the programs of a relay tell each other while they run: counters, and the state of what they
 * depend on.
 *
 * One small file (general.state_file, on a tmpfs), mapped shared by every program and made by the first that comes.
 * Counters are atomic, so any number of processes and threads add to them, and they survive the restart of a single
 * program (not that of the machine). Nothing in it is needed to work: a program that cannot map it counts into memory
 * of its own, says so once, and tries again with relay_state_refresh.
 *
 * Written by everybody: counters, the minutes of activity, the places of the workers. Written by the forwarder alone:
 * spool figures, database and upstream state, the last error. Written by `system` alone: the reload generation. Text is
 * kept whole by a sequence lock and a checksum.
 *
 * The file's mode is 0660 with the group of its directory, which therefore is one that every program of the relay is
 * in: whoever may write the file can spoil figures and no more. All that is read from it is checked (bounds, NUL,
 * printable) as outside input is. An empty file, one that was cut and one of another version are made anew; a file that
 * does not begin as ours do is somebody else's, so it is left alone. A file that is cut while it is mapped would be a
 * SIGBUS: a handler puts empty memory in its place, and the next refresh makes a new file.
 *
 * Nobody waits for anybody here, whatever another program of the group does with the file: a lock that is not free
 * within milliseconds, which only making the file needs, counts as a failure of the file.
 */
#ifndef RELAY_RELAY_STATE_H
#define RELAY_RELAY_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

struct relay_state;

/* Never NULL: without the file, memory of the process's own (a warning says why). Safe for use by several threads.
 * fingerprint: of what the cells mean (relay_metrics_fingerprint); a file with another one is of another version. */
struct relay_state *relay_state_open(const char *path, uint64_t fingerprint);
void relay_state_close(struct relay_state *state);
bool relay_state_shared(const struct relay_state *state); /* false: memory of our own */

/* Takes up the file that stands there now, if it is another than the one in use, and makes one if there is none. Costs
 * a stat when nothing changed. For the beginning of a request; other threads may use the state meanwhile. */
void relay_state_refresh(struct relay_state *state);

/* -- counters; relay_metrics.h gives them their names and labels. What counts takes NULL, and then does not. */

void relay_state_add(struct relay_state *state, unsigned cell, uint64_t amount);
uint64_t relay_state_get(const struct relay_state *state, unsigned cell);
bool relay_state_any_nonzero(const struct relay_state *state, unsigned cell, size_t cells); /* is one of them not 0? */
void relay_state_set(struct relay_state *state, unsigned cell, uint64_t value); /* gauges: the one writer only */

/* -- activity: what happened in each of the last minutes, for the chart on the status page */

enum relay_activity { RELAY_ACTIVITY_UPLOADED, RELAY_ACTIVITY_DONE, RELAY_ACTIVITY_REFUSED,
                      RELAY_ACTIVITY_TURNED_AWAY, /* an upload, by a 5xx */
                      RELAY_ACTIVITY_KINDS };
enum { RELAY_STATE_MINUTES = 64 };

void relay_state_count_activity(struct relay_state *state, enum relay_activity kind, int64_t now_seconds);
/* How many in the minute that began at minute * 60 seconds since 1970; 0 when that is too long ago. */
uint64_t relay_state_activity(const struct relay_state *state, enum relay_activity kind, int64_t minute);

/* -- who serves: each worker process of an endpoint has a place. program: a number of the caller's, the same for all
 * workers of one program. */

enum { RELAY_STATE_WORKERS = 256 };

struct relay_state_workers {
    bool known;         /* one has run since the state file was made */
    size_t running;
    size_t busy;        /* of these, with a request in hand */
    int64_t busy_since; /* seconds since 1970: when the last of them became busy; 0 when none is */
};

/* The calling process serves, and waits for a request. */
void relay_state_worker_idle(struct relay_state *state, unsigned program);
/* It has one in hand since then (seconds since 1970). */
void relay_state_worker_busy(struct relay_state *state, unsigned program, int64_t since);
/* It serves no more. */
void relay_state_worker_end(struct relay_state *state, unsigned program);

void relay_state_workers(const struct relay_state *state, unsigned program, struct relay_state_workers *workers);

/* -- the database and the upstream, as the forwarder finds them */

enum { RELAY_STATE_TEXT_SIZE = 256 };
enum relay_peer { RELAY_PEER_DATABASE, RELAY_PEER_UPSTREAM, RELAY_PEERS };
enum relay_peer_state { RELAY_PEER_UNKNOWN, RELAY_PEER_UP, RELAY_PEER_DOWN };

struct relay_peer_report {
    enum relay_peer_state state;
    int64_t since;   /* seconds since 1970: when it became so */
    int64_t checked; /* seconds since 1970: when it was last seen to be so */
    char details[RELAY_STATE_TEXT_SIZE]; /* printable reason when down, else "" */
};

void relay_state_set_peer(struct relay_state *state, enum relay_peer peer, enum relay_peer_state is,
                          const char *details);
void relay_state_peer(const struct relay_state *state, enum relay_peer peer, struct relay_peer_report *report);

/* -- the last thing that went wrong, for the status page */

struct relay_last_error {
    int64_t when; /* seconds since 1970, 0: nothing yet */
    char text[RELAY_STATE_TEXT_SIZE]; /* printable */
};

void relay_state_set_last_error(struct relay_state *state, const char *text);
void relay_state_last_error(const struct relay_state *state, struct relay_last_error *error);

/* -- reload: `system` raises the generation after the index was rebuilt; who sees a new one re-reads the logging
 * settings */

uint64_t relay_state_generation(const struct relay_state *state);
/* Touches the file, too, so that who sleeps can wait for it with inotify (IN_ATTRIB). */
void relay_state_raise_generation(struct relay_state *state);

#endif
