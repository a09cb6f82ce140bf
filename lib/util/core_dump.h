/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * core_dump: what a program that crashes leaves behind.
 */
#pragma once

/* Keeps the memory of this process and its children out of core dumps from now on, because it holds node data and
 * passwords. A unit's LimitCORE= does the same, but not every process is started by a unit. */
void core_dump_off(void);
