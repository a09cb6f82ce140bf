/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * allocated: measures how much memory the code under test takes from malloc. The linker's --wrap leads its calls here
 * (see tests/unit/local.mk). What shared libraries allocate for themselves is not counted.
 */
#pragma once

#include <stddef.h>

/* Starts to measure. */
void allocated_watch(void);

/* The most bytes at any time since the start, in addition to those at the start. */
size_t allocated_peak(void);
