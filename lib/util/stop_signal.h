/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stop_signal: being told to end (TERM or INT) as a descriptor to poll, for a process that ends its command first.
 */
#pragma once

/* Blocks both signals, and returns a descriptor that polls readable once one of them has come; -1 with errno. */
int stop_signal_open(void);
