/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * allocated: how much memory the code under test takes from malloc. The linker's --wrap leads its calls here (see
 * tests/unit/local.mk); what shared libraries allocate for themselves is not seen.
 */
#ifndef RELAY_TESTS_SUPPORT_ALLOCATED_H
#define RELAY_TESTS_SUPPORT_ALLOCATED_H

#include <stddef.h>

/* From now on. */
void allocated_watch(void);

/* The most bytes that there were at one time beside those at the start. */
size_t allocated_peak(void);

#endif
