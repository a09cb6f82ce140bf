/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * omprog: talks to rsyslog's module omprog with confirmMessages="on" and, if it likes, useTransactions="on".
 *
 * Source: the documentation of omprog (rsyslog 8.31 and later). The program says OK when it is ready. Then each line of
 * input has one of output: OK, or DEFER_COMMIT for a message between BEGIN TRANSACTION and COMMIT TRANSACTION, or what
 * is wrong: then rsyslog keeps the message, or all of the transaction, and hands them on again later.
 */
#pragma once

#include "gather.h"

/* Serves until the input ends (true), or reading or writing fails (false). */
bool omprog_serve(struct gather *gather, int in_fd, int out_fd);
