/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_message: makes text of a run log of one report, as a syslog message carries it.
 *
 * Source: PROTOCOL.md section 6 for the report. Agents of Rudder 5.0 to 6.x send each as a message of its own, `R: @@`
 * and what follows, with a tag (`rudder`) that the syslog daemon has taken off. A syslog daemon writes control
 * characters as `#` and three octal digits; here the line end and the tab become themselves again, so that a key or a
 * message of several lines is stored as it would be from a signed run log.
 *
 * A message is one report and stays one: a line inside of it that would begin another report or a log entry is joined
 * to the line before by a space.
 */
#pragma once

#include <stdbool.h>

#include "relay/node_id.h"
#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"
#include "util/timestamp.h"

struct runlog_message {
    char node_id[NODE_ID_SIZE];
    struct timestamp start; /* of the run */
    bool ends_run;          /* it is the report of the run's end */
};

/* message: without NUL. time: when it was sent, RFC 3339. Adds the report, its time in front, a line end behind, to
 * text. False with err, text as it was, if it is no whole report. */
bool runlog_message_read(struct slice message, struct slice time, struct runlog_message *read, struct buffer *text,
                         struct err *err);
