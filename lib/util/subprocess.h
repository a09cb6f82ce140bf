/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * subprocess: runs a command beside a loop that polls, hands over its output as it comes, and enforces its limits.
 *
 * The command is an argument vector and never passes a shell. It runs in a process group of its own, with /dev/null
 * as standard input, standard output and error merged into one pipe, no other descriptor of ours, no signal blocked
 * or ignored.
 *
 * It ends by itself, at its time limit, or by subprocess_stop: its whole group then gets TERM and, a grace later, KILL.
 * The leader stays unreaped until then, so that the group's number cannot become somebody else's. Processes that it
 * leaves behind when it ends by itself (for example a daemon that holds the pipe) are left alone, and their output is
 * awaited no longer than SUBPROCESS_DRAIN_MS.
 *
 * Under sudo the command runs as root. sudo passes TERM on to it, but KILL only ends sudo: a command that ignores TERM
 * goes on without a reader of its output, unless we have CAP_KILL. If we may not even signal the leader, it is given up
 * after the grace; subprocess_reap reaps it when it has ended.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

enum { SUBPROCESS_POLLS = 2, SUBPROCESS_DRAIN_MS = 2000 };

struct subprocess;

struct subprocess_limits {
    int64_t timeout_ms; /* from the start to TERM */
    int64_t grace_ms;   /* from TERM to KILL */
};

enum subprocess_fate {
    SUBPROCESS_EXITED,    /* number: its exit status */
    SUBPROCESS_SIGNALLED, /* number: the signal, and it was not from us */
    SUBPROCESS_TIMED_OUT,
    SUBPROCESS_STOPPED, /* by subprocess_stop */
};

struct subprocess_end {
    enum subprocess_fate fate;
    int number;
    bool given_up; /* it still runs, and we may not signal it */
};

/* For the log: "exited", "signal", "time limit", "stopped". */
const char *subprocess_fate_word(enum subprocess_fate fate);

/* Takes a piece of the output. */
typedef void subprocess_output(void *context, const char *bytes, size_t len);

/* argv[0] is looked up in PATH when it holds no slash. NULL with err when it cannot be started at all. */
struct subprocess *subprocess_start(const char *const *argv, const struct subprocess_limits *limits, struct err *err);

/* Fills in what to poll for, SUBPROCESS_POLLS entries (fd -1 where there is nothing to wait for). Returns the moment
 * (clock_ms) at which subprocess_step must be called even if nothing happened; INT64_MAX: none. */
int64_t subprocess_polls(const struct subprocess *process, struct pollfd *polls);

/* Handles what happened: output, the end, the limits. True when the command is over, and *end says how. Never blocks.
 */
bool subprocess_step(struct subprocess *process, subprocess_output *output, void *context, struct subprocess_end *end);

/* Sends TERM to its group now, and KILL after the grace. Keep calling subprocess_step until it returns true. */
void subprocess_stop(struct subprocess *process);

/* Kills the command if it is not over. Takes NULL. */
void subprocess_free(struct subprocess *process);

/* Reaps children that were given up and have ended. Call it only while this process has no other children. */
void subprocess_reap(void);
