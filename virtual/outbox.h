/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * outbox: puts finished run logs into the spool (relay/spool_put.h), or, while the spool has no room, keeps them in
 * unsent/ in virtual.state_directory. outbox_send_kept brings those into the spool later, the oldest first.
 *
 * The spool has no room for the same reasons as for an upload: upload.min_free_space and upload.max_waiting_files. At
 * most OUTBOX_KEPT_MAX files are kept, for processing.reporting.cleanup.retention. A run log in either place is on
 * disk.
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

/* Puts kept run logs into the spool, as far as there is room. */
void outbox_send_kept(struct outbox *outbox);
