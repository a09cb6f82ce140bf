/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * omprog: talks to rsyslog's module omprog with confirmMessages="on".
 *
 * Source: the documentation of omprog (rsyslog 8.31 and later). The program says OK when it is ready. Then it answers
 * each line of input with a line: OK, or what is wrong. Then rsyslog keeps the message and sends it again.
 *
 * With useTransactions="on" the messages of a batch stand between two marks, and the answer to a message is
 * DEFER_COMMIT. The OK for the second mark answers for all: one sync of the disk is enough for a batch. When the
 * program dies within, rsyslog does not hand on again what was answered by DEFER_COMMIT, although that is not confirmed
 * (its issue 2420). So a message is answered when it survives the program (see batch.h).
 *
 * rsyslog does not keep to action.resumeInterval between transactions (its issue 5016): the answer that says what is
 * wrong comes after a pause.
 */
#pragma once

#include "gather.h"

/* Serves until the input ends (true), or reading or writing fails (false). */
bool omprog_serve(struct gather *gather, int in_fd, int out_fd);
