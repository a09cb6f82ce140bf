/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * attempts: finds the run that kills the forwarder, and sets it aside instead of letting it kill the next one, too.
 *
 * When a forwarder was killed (a crash, no memory, kill -9), the files that it worked on become suspects (work_marks.h
 * knows them). Any of them may be the culprit, or none: so each is tried once more, alone, while no other file is in
 * work. If the forwarder is killed again at that moment, it was this one: it goes to failed/, from where it can be
 * replayed. If not, it is no suspect any more.
 *
 * Suspects wait until the forwarder has lived for a while. So the other files are processed first, and a forwarder that
 * is killed again and again from outside convicts nobody.
 *
 * A clean stop makes no suspects, and a power cut neither. Suspects are kept in failed/.suspects. If that cannot be
 * written, nothing is remembered, with a warning. One object for all workers; any thread may call.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "job.h"

struct attempts;

/* How many files of one worker are remembered at a time. */
enum { ATTEMPTS_PER_WORKER = 128 };

struct attempts *attempts_open(struct spool *spool, unsigned workers);
void attempts_close(struct attempts *attempts); /* takes NULL */

/* The forwarder stops because it was told to: the files in work now become no suspects. Takes NULL. */
void attempts_stop(struct attempts *attempts);

/* Is the job's file a suspect? */
bool attempts_suspect(struct attempts *attempts, const struct job *job);

/* Decides about a suspect. True: the caller works on it now, alone, and calls attempts_leave afterwards. False: the job
 * has ended; it waits, or was refused. */
bool attempts_admit(struct attempts *attempts, struct job *job);

/* To be called before and after the work on files that are no suspects. Waits while a suspect is in work. */
void attempts_enter(struct attempts *attempts);
/* After attempts_enter and attempts_admit. */
void attempts_leave(struct attempts *attempts);

/* The work on a file, of which file.status tells, begins and ends, between enter and leave. slot: 0 to
 * ATTEMPTS_PER_WORKER - 1; files with higher ones are not remembered. */
void attempts_begin(struct attempts *attempts, unsigned worker, size_t slot, const struct job *job);
void attempts_end(struct attempts *attempts, unsigned worker, size_t slot);

/* The work on a suspect has ended, and the forwarder lives. */
void attempts_acquit(struct attempts *attempts, const struct job *job);
