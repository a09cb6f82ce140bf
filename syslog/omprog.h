/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * omprog: talks to rsyslog's module omprog with confirmMessages="on".
 *
 * Source: the documentation of omprog (rsyslog 8.31 and later). The program says OK when it is ready. Then it
 * answers each line of input with a line: OK, or what is wrong. In the latter case rsyslog keeps the message and sends
 * it again later.
 *
 * There are no transactions (useTransactions="on"): when the program dies in the middle of one, rsyslog does not hand
 * on again what was answered by DEFER_COMMIT (its issue 2420), and messages would be lost.
 */
#pragma once

#include "gather.h"

/* Serves until the input ends (true), or reading or writing fails (false). */
bool omprog_serve(struct gather *gather, int in_fd, int out_fd);
