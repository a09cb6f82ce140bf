/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * journal_stream: rsyslog gives what the programs of omprog say on standard error to /dev/null, unless output= names a
 * file. This sends it to the journal, where the lines of all other programs are.
 *
 * Source: what sd_journal_stream_fd(3) does, without libsystemd: a connection to /run/systemd/journal/stdout and seven
 * lines: identifier, unit, priority, whether lines have a priority in front, and three more that stay 0.
 */
#pragma once

/* Where standard error is /dev/null and there is a journal; else does nothing. */
void journal_stream_open(const char *identifier);
