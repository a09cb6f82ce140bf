/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * journal_stream: sends standard error to the journal, where the lines of all other programs are. Without this they
 * would be lost: rsyslog connects the standard error of omprog's programs to /dev/null, unless output= names a file.
 *
 * Source: what sd_journal_stream_fd(3) does, without libsystemd: a connection to /run/systemd/journal/stdout and seven
 * lines: identifier, unit, priority, whether lines have a priority in front, and three more that stay 0.
 */
#pragma once

/* Does nothing unless standard error is /dev/null and there is a journal. */
void journal_stream_open(const char *identifier);
