/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * outbox: where finished run logs go: into the spool, by what the upload program does it with (relay/spool_put.h), or,
 * while the spool has no room, into a directory of our own, unsent/ in virtual.state_directory. From there they follow
 * by themselves, the oldest first.
 *
 * Room is what an upload finds, too: upload.min_free_space and upload.max_waiting_files. What is kept has limits of its
 * own: OUTBOX_KEPT_MAX files, and processing.reporting.cleanup.retention. A run log in either place is on disk.
 */
#pragma once

#include <stdbool.h>

#include "relay/relay_config.h"
#include "util/err.h"
#include "util/slice.h"

enum { OUTBOX_KEPT_MAX = 1000 };

struct outbox;

/* Makes the directory if it is missing. NULL with err. config must outlive it. */
struct outbox *outbox_open(const struct relay_config *config, struct err *err);
void outbox_close(struct outbox *outbox); /* takes NULL */

/* False with err: the run log is lost. */
bool outbox_put(struct outbox *outbox, const char *name, struct slice bytes, struct err *err);

/* Sends what is kept, as far as there is room. Does nothing when nothing is. */
void outbox_send_kept(struct outbox *outbox);
