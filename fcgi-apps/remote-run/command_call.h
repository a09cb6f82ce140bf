/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * command_call: has the helper (command_helper.h) run a command, beside a loop that polls. It is to remote-run what
 * util/subprocess.h is where the command is a child of its own, with the same limits: the helper enforces them. If the
 * helper does not keep to them, it is given up.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"
#include "util/subprocess.h"

struct command_call;

/* Connects to the helper's socket. NULL with err when that fails. */
struct command_call *command_call_start(const char *socket_path, const char *conditions, const char *hosts,
                                        const struct subprocess_limits *limits, struct err *err);

/* As subprocess_polls, for a single entry. */
int64_t command_call_polls(const struct command_call *call, struct pollfd *poll);

/* As subprocess_step. When err has a text, the command was not started, or (given_up) nobody knows how it goes on; err
 * says why. */
bool command_call_step(struct command_call *call, subprocess_output *output, void *context, struct subprocess_end *end,
                       struct err *err);

/* Has the helper end the command. Keep calling command_call_step until it returns true. */
void command_call_stop(struct command_call *call);

/* Ends the connection, and by that the command. Takes NULL. */
void command_call_free(struct command_call *call);
