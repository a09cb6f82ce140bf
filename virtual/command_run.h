/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * command_run: one command that the helper (command_server.h) runs for us, seen from an event loop.
 *
 * The helper enforces the time-out. A helper that does not answer a minute after that is given up. When a command_run
 * is freed before its end, the helper ends the command.
 */
#pragma once

#include <event2/event.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/subprocess.h"

enum command_run_fate {
    COMMAND_RUN_ENDED,
    COMMAND_RUN_NOT_STARTED, /* err says why */
    COMMAND_RUN_LOST,        /* the helper has gone or says nothing any more; err */
};

struct command_run_end {
    enum command_run_fate fate;
    struct subprocess_end end; /* of COMMAND_RUN_ENDED */
    struct err err;
};

struct command_run_handler {
    void (*output)(void *context, const char *bytes, size_t len);
    /* Once, and nothing after it. Both may free the command_run. */
    void (*ended)(void *context, const struct command_run_end *end);
};

struct command_run;

/* request: its bytes (command_request.h); they are copied. timeout: that of the request, in seconds. The handler must
 * stay. Failures come by the handler, too. */
struct command_run *command_run_start(struct event_base *base, const char *socket, const struct buffer *request,
                                      int64_t timeout, const struct command_run_handler *handler, void *context);
void command_run_free(struct command_run *run); /* takes NULL */
