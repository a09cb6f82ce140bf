/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * detach: a process of its own for a run that nobody waits for, so that the worker is free again at once.
 *
 * The new process is nobody's child (init reaps it), in a session of its own, without our listener and connections: a
 * restart of the endpoint does not touch it. The worker knows how many go on from a pipe to each, and starts no more
 * than a limit.
 */
#pragma once

#include <stddef.h>

#include "util/err.h"

enum detach { DETACH_STARTED, DETACH_TOO_MANY, DETACH_FAILED };

struct detached;

struct detached *detached_new(size_t limit);
void detached_free(struct detached *detached);

/* Calls work in the new process, which ends when it returns. stop is a descriptor that polls readable once the
 * process was told to end (TERM or INT). With DETACH_FAILED err says why. */
enum detach detach_start(struct detached *detached, void (*work)(void *context, int stop), void *context,
                         struct err *err);
