/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * syslog_line: one message as rsyslog hands it on, a line of JSON.
 *
 * The template is in rudder-relay-syslog.conf, and rsyslog's option jsonf writes it: an object with four texts, all of
 * them needed, others ignored:
 *     id       one of its own for each message, made where it came in first: by it a message that rsyslog hands on
 *              again is known. 1 to 64 letters, digits and `-`.
 *     from     the address that it came from
 *     time     when it was sent, RFC 3339
 *     message  without tag
 * Bytes that are not UTF-8 become U+FFFD, as in run logs.
 */
#pragma once

#include <stdbool.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

enum { SYSLOG_ID_SIZE = 65, SYSLOG_FROM_SIZE = 64, SYSLOG_TIME_SIZE = 64 }; /* with the NUL */

/* Zeroed at first, then used again; syslog_line_free at the end. */
struct syslog_line {
    char id[SYSLOG_ID_SIZE];
    char from[SYSLOG_FROM_SIZE]; /* not checked to be an address */
    char time[SYSLOG_TIME_SIZE]; /* nor this to be a time */
    struct buffer message;       /* UTF-8 without NUL */
};

/* text: without line end. False with err. */
bool syslog_line_read(struct syslog_line *line, struct slice text, struct err *err);
void syslog_line_free(struct syslog_line *line);
