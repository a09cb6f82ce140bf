/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * core_dump: what a program that crashes leaves behind.
 */
#ifndef RELAY_UTIL_CORE_DUMP_H
#define RELAY_UTIL_CORE_DUMP_H

/* From now on neither this process nor a child leaves its memory behind in a core dump: node data are in it, and
 * passwords. A unit's LimitCORE= says the same, but not every start is by a unit. */
void core_dump_off(void);

#endif
