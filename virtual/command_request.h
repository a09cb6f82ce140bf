/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * command_request: what rudder-relay-virtual asks its helper for (command_server.h): one command a connection of a
 * stream socket.
 *
 * The request is texts, each with a NUL behind it: the time-out in seconds; variables for the environment,
 * RUDDER_VIRTUAL_NAME=value, and an empty text; the command and its arguments, and an empty text. The answer is that of
 * subprocess_wire.h.
 */
#pragma once

#include <stdint.h>

#include "relay/virtual_node.h"
#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"
#include "util/subprocess_wire.h"

enum {
    COMMAND_REQUEST_VARIABLES_MAX = 16,
    COMMAND_REQUEST_MAX = VIRTUAL_NODE_COMMAND_MAX + 8192, /* bytes */
};

/* As read: the texts lie within what has come. */
struct command_request {
    int64_t timeout;                                          /* seconds */
    const char *variables[COMMAND_REQUEST_VARIABLES_MAX + 1]; /* NULL-terminated */
    const char *command[VIRTUAL_NODE_ARGUMENTS_MAX + 1];      /* NULL-terminated, at least one */
};

/* start: as reports have it. */
void command_request_add(struct buffer *out, const struct virtual_node_settings *settings, const char *start);

/* Reads what has come so far. With BAD err says why. */
enum subprocess_wire command_request_read(struct slice come, struct command_request *request, struct err *err);
