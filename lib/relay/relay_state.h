/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relay_state: what the programs of a relay tell each other while they run: counters, and the state of what they
 * depend on.
 *
 * One small file (general.state_file, on a tmpfs). Every program maps it shared; the first program makes it. Counters
 * are atomic, so any number of processes and threads add to them, and they survive the restart of a single program (not
 * that of the machine). No program needs it to work: one that cannot map it counts in memory of its own, logs that
 * once, and tries again in relay_state_refresh.
 *
 * Written by everybody: counters, the minutes of activity, the places of the workers. Written by the forwarder alone:
 * spool statistics, database and upstream state, the last error. Written by `system` alone: the reload generation. Text
 * is kept whole by a sequence lock and a checksum.
 *
 * The file's mode is 0660 with the group of its directory, so every program of the relay must be in that group. A
 * program that may write the file can spoil numbers, but nothing else: everything read from it is checked (bounds, NUL,
 * printable) like outside input. An empty file, one that was cut and one of another version are made anew; a file that
 * does not begin like a state file belongs to somebody else and is left alone. A file that is cut while it is mapped
 * would cause a SIGBUS: a handler puts empty memory in its place, and the next refresh makes a new file.
 *
 * No program waits for another one, whatever that one does with the file. Only making the file needs a lock, and a lock
 * that is not free within milliseconds counts as a failure of the file.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

struct relay_state;

/* Opens the state. Never NULL: without the file it uses the process's own memory (a warning says why). Several threads
 * may use it. fingerprint: identifies the meaning of the cells (relay_metrics_fingerprint); a file with another
 * fingerprint is of another version. */
struct relay_state *relay_state_open(const char *path, uint64_t fingerprint);
void relay_state_close(struct relay_state *state);
bool relay_state_shared(const struct relay_state *state); /* false: counts in the process's own memory */

/* Switches to the file that is there now if it is not the one in use, and makes one if there is none. Costs a stat when
 * nothing changed. Call it at the beginning of a request; other threads may use the state meanwhile. */
void relay_state_refresh(struct relay_state *state);

/* -- counters; relay_metrics.h gives them their names and labels. The counting functions take NULL and then do nothing.
 */

void relay_state_add(struct relay_state *state, unsigned cell, uint64_t amount);
uint64_t relay_state_get(const struct relay_state *state, unsigned cell);
bool relay_state_any_nonzero(const struct relay_state *state, unsigned cell, size_t cells); /* is any of them not 0? */
void relay_state_set(struct relay_state *state, unsigned cell, uint64_t value); /* gauges: a single writer */

/* -- activity: what happened in each of the last minutes, for the chart on the status page */

enum relay_activity {
    RELAY_ACTIVITY_UPLOADED,
    RELAY_ACTIVITY_DONE,
    RELAY_ACTIVITY_REFUSED,
    RELAY_ACTIVITY_TURNED_AWAY, /* an upload that was answered with a 5xx */
    RELAY_ACTIVITY_KINDS
};
enum { RELAY_STATE_MINUTES = 64 };

void relay_state_count_activity(struct relay_state *state, enum relay_activity kind, int64_t now_seconds);
/* The number of events in the minute that began at minute * 60 seconds since 1970; 0 when that is too long ago. */
uint64_t relay_state_activity(const struct relay_state *state, enum relay_activity kind, int64_t minute);

/* -- the workers: each worker process of an endpoint has a place. program: a number chosen by the caller, the same for
 * all workers of one program. */

enum { RELAY_STATE_WORKERS = 256 };

struct relay_state_workers {
    bool known; /* a worker has run since the state file was made */
    size_t running;
    size_t busy;        /* workers among these that answer a request */
    int64_t busy_since; /* when the last of them became busy, in seconds since 1970; 0 when none is */
};

/* The calling process is a worker and waits for a request. */
void relay_state_worker_idle(struct relay_state *state, unsigned program);
/* The calling process has been answering a request since then (seconds since 1970). */
void relay_state_worker_busy(struct relay_state *state, unsigned program, int64_t since);
/* The calling process is no longer a worker. */
void relay_state_worker_end(struct relay_state *state, unsigned program);

void relay_state_workers(const struct relay_state *state, unsigned program, struct relay_state_workers *workers);

/* -- the state of the database and the upstream, written by the forwarder */

enum { RELAY_STATE_TEXT_SIZE = 256 };
enum relay_peer { RELAY_PEER_DATABASE, RELAY_PEER_UPSTREAM, RELAY_PEERS };
enum relay_peer_state { RELAY_PEER_UNKNOWN, RELAY_PEER_UP, RELAY_PEER_DOWN };

struct relay_peer_report {
    enum relay_peer_state state;
    int64_t since;                       /* when this state began, in seconds since 1970 */
    int64_t checked;                     /* when this state was last confirmed, in seconds since 1970 */
    char details[RELAY_STATE_TEXT_SIZE]; /* printable reason when down, else "" */
};

void relay_state_set_peer(struct relay_state *state, enum relay_peer peer, enum relay_peer_state is,
                          const char *details);
void relay_state_peer(const struct relay_state *state, enum relay_peer peer, struct relay_peer_report *report);

/* -- the last error, for the status page */

struct relay_last_error {
    int64_t when;                     /* seconds since 1970, 0: nothing yet */
    char text[RELAY_STATE_TEXT_SIZE]; /* printable */
};

void relay_state_set_last_error(struct relay_state *state, const char *text);
void relay_state_last_error(const struct relay_state *state, struct relay_last_error *error);

/* -- reload: `system` raises the generation after the index was rebuilt; a program that sees a new generation reads the
 * logging settings again */

uint64_t relay_state_generation(const struct relay_state *state);
/* Also touches the file, so that a sleeping program can wait for it with inotify (IN_ATTRIB). */
void relay_state_raise_generation(struct relay_state *state);
