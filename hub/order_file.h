/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * order_file: the directory with the orders, and the tickets that were given out.
 *
 * An order is one file named <ticket>, for all its nodes together: it costs one fsync, not one for each of 50,000
 * nodes. Files come by rename (util/safe_file.h), so each is whole. Only one hub at a time uses the directory: it holds
 * a lock.
 *
 * The tickets of a hub ascend, over restarts and whatever its clock does: the file `.tickets` has a number above all
 * that were given out. The number is raised by a whole block before any ticket of the block is used, so that few orders
 * wait for that write. A ticket is the time in microseconds if that is higher than the last one. So tickets ascend even
 * when the file is lost, unless the clock was set back.
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

/* The next ticket, in *ticket. False with err when .tickets cannot be written: a later one could be lower. */
bool order_files_ticket(struct order_files *files, uint64_t *ticket, struct err *err);

/* A node says that it has begun this ticket. Later ones are higher, unless it is too high to be one of ours. */
void order_files_saw(struct order_files *files, uint64_t ticket);

/* After true it outlives a power cut. */
bool order_files_write(struct order_files *files, uint64_t ticket, struct slice text, struct err *err);
void order_files_remove(struct order_files *files, uint64_t ticket);

/* The highest ticket of the server above that was taken up here; 0: none. The second stores a new one: after true it
 * outlives a power cut. */
uint64_t order_files_above(const struct order_files *files);
bool order_files_set_above(struct order_files *files, uint64_t above, struct err *err);

/* Reads all orders, tickets ascending. A file that is no order is logged and stays. */
typedef void order_files_visit(void *context, uint64_t ticket, struct slice text);
bool order_files_read(struct order_files *files, order_files_visit *visit, void *context, struct err *err);
