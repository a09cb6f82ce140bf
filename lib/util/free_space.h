/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * free_space: whether a file system has room for a file, and some to spare.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"

/* Are `bytes` and `reserve` bytes free in the file system of fd, for a user without privileges? False with err, also
 * when the free space cannot be determined. */
bool free_space_for(int fd, int64_t bytes, int64_t reserve, struct err *err);
