/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * batch: messages that are answered for and not in the store of runs yet.
 *
 * They are in memory, and in the file `batch` of syslog.state_directory, a line each. The file is written at once and
 * never synced: what is in it survives the end of the program, however it ends, but not a loss of power. rsyslog sends
 * them again after that, since it keeps a transaction in its queue until the transaction is confirmed.
 */
#pragma once

#include <stdbool.h>

#include "util/err.h"
#include "util/slice.h"

struct batch;

/* Reads what an earlier process has left there. NULL with err. */
struct batch *batch_open(const char *directory, struct err *err);
void batch_close(struct batch *batch); /* takes NULL; the file keeps what is in it */

/* Adds a line, which has no line end. False with err: the batch is as before. */
bool batch_add(struct batch *batch, struct slice line, struct err *err);

/* All lines, each with a line end, until something is added. */
struct slice batch_lines(const struct batch *batch);

/* They are in the store. */
void batch_clear(struct batch *batch);
