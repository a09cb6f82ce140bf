/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * subprocess_serve: the helper's side of a connection (subprocess_wire.h): one connection, one command. What the
 * request looks like, and which command that is, is the business of whoever calls.
 *
 * Output that is not taken waits in the command, not here. The command is ended when whoever asks has gone, and by
 * TERM.
 */
#pragma once

#include "util/err.h"
#include "util/log.h"
#include "util/slice.h"
#include "util/subprocess.h"
#include "util/subprocess_wire.h"

/* Reads what has come so far of a request. MORE: more is to come. WHOLE: *process is the command that was started, or
 * NULL, and err says why. BAD: err says why. */
typedef enum subprocess_wire subprocess_serve_begin(void *context, struct slice come, struct subprocess **process,
                                                    struct err *err);

/* What the command is for, as the log's lines about it have it. The request is what has come of it; it may be bad. */
typedef struct log_field subprocess_serve_subject(void *context, struct slice request);

/* Serves the connection, which it closes, until the command has ended and all is sent, or nobody is there to take it.
 * TERM and INT stay blocked in this process. */
void subprocess_serve(int connection, subprocess_serve_begin *begin, subprocess_serve_subject *subject, void *context);
