/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * order_file: the directory with the orders, and the tickets that were given out.
 *
 * An order is one file, <ticket>, whoever it is for: one fsync and not one for each of 50,000 nodes. Files come by
 * rename (util/safe_file.h), so each is whole. Only one hub at a time uses the directory; a lock tells the second one.
 *
 * Tickets ascend at one hub, whatever its clock does and over restarts: the file `.tickets` has a number above all that
 * were given out. It is moved on by a whole block before any of the block is used, so that few orders pay for it. A
 * ticket is the time in microseconds where that is higher, so even without this file they ascend, but for a clock that
 * was set back.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"
#include "util/slice.h"

struct order_files;

/* Makes the directory where there is none. NULL with err. */
struct order_files *order_files_open(const char *directory, struct err *err);
void order_files_close(struct order_files *files);

/* The next ticket, in *ticket. False with err when it cannot be made sure that no later one is lower. */
bool order_files_ticket(struct order_files *files, uint64_t *ticket, struct err *err);

/* A node has begun this ticket: no later one is lower, if it can be one of ours. */
void order_files_saw(struct order_files *files, uint64_t ticket);

/* After true it outlives a power cut. */
bool order_files_write(struct order_files *files, uint64_t ticket, struct slice text, struct err *err);
void order_files_remove(struct order_files *files, uint64_t ticket);

/* The highest ticket of the server above that was taken up here; 0: none. The second keeps a new one: after true it
 * outlives a power cut. */
uint64_t order_files_above(const struct order_files *files);
bool order_files_set_above(struct order_files *files, uint64_t above, struct err *err);

/* Reads all orders, tickets ascending. A file that is none is logged and left alone. */
typedef void order_files_visit(void *context, uint64_t ticket, struct slice text);
bool order_files_read(struct order_files *files, order_files_visit *visit, void *context, struct err *err);
