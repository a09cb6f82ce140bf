/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_input: the run log file a command was given.
 */
#pragma once

#include <stdbool.h>

#include "util/buffer.h"
#include "util/err.h"

/* How much is read at most, and how much a compressed file may expand to: far more than the forwarder takes. */
#define RUNLOG_INPUT_LIMIT ((size_t)1 << 30)

/* Reads the file, "-" for standard input, and decompresses it if its name ends in .gz or .zip. */
bool runlog_input_read(const char *file, struct buffer *out, struct err *err);
