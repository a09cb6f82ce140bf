/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * command_wire: what remote-run and its helper (command_helper.h) say to each other: one command a connection of a
 * stream socket.
 *
 * The request is two texts, each with a NUL behind it: the conditions and the hosts. It says nothing of the command
 * itself, which is the helper's own business.
 *
 * The answer is that of subprocess_wire.h.
 */
#pragma once

#include "relay/remote_run_request.h"
#include "remote-run/command_line.h"
#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"
#include "util/subprocess_wire.h"

enum { COMMAND_WIRE_REQUEST_MAX = REMOTE_RUN_MAX_CONDITIONS + 1 + COMMAND_LINE_HOSTS_MAX + 1 };

void command_wire_add_request(struct buffer *out, const char *conditions, const char *hosts);

/* Reads what has come so far of a request; conditions and hosts lie within it and are what command_line_valid takes.
 * With SUBPROCESS_WIRE_BAD err says why. */
enum subprocess_wire command_wire_read_request(struct slice come, const char **conditions, const char **hosts,
                                               struct err *err);
