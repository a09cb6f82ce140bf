/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * command_wire: what remote-run and its helper (command_helper.h) say to each other: one command a connection of a
 * stream socket.
 *
 * The request is two texts, each with a NUL behind it: the conditions and the hosts. It says nothing of the command
 * itself, which is the helper's own business.
 *
 * The answer is frames: a head of eight bytes and as many bytes as it says.
 *
 *     kind      'o' bytes of the command's output, 'n' it was not started, the bytes say why, 'e' it has ended
 *     fate      of an end: enum subprocess_fate
 *     number    of an end: its exit status or its signal
 *     left      of an end: 1 if it still runs and may not be signalled
 *     length    four bytes, the most significant one first
 *
 * 'n' or 'e' is the last frame. Whoever asks and shuts its side down, or goes away, has the command ended.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "relay/remote_run_request.h"
#include "remote-run/command_line.h"
#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"
#include "util/subprocess.h"

enum {
    COMMAND_WIRE_HEAD = 8,
    COMMAND_WIRE_BYTES_MAX = 65536, /* of a frame, its head not counted */
    COMMAND_WIRE_REQUEST_MAX = REMOTE_RUN_MAX_CONDITIONS + 1 + COMMAND_LINE_HOSTS_MAX + 1,
};

enum command_wire { COMMAND_WIRE_MORE, COMMAND_WIRE_WHOLE, COMMAND_WIRE_BAD };

enum command_frame_kind { COMMAND_FRAME_OUTPUT = 'o', COMMAND_FRAME_NOT_STARTED = 'n', COMMAND_FRAME_END = 'e' };

struct command_frame {
    enum command_frame_kind kind;
    struct subprocess_end end; /* of an end */
    struct slice bytes;
};

void command_wire_add_request(struct buffer *out, const char *conditions, const char *hosts);

/* Reads what has come so far of a request; conditions and hosts lie within it and are what command_line_valid takes.
 * With COMMAND_WIRE_BAD err says why. */
enum command_wire command_wire_read_request(struct slice come, const char **conditions, const char **hosts,
                                            struct err *err);

/* Bytes beyond COMMAND_WIRE_BYTES_MAX become further frames. */
void command_wire_add_output(struct buffer *out, const char *bytes, size_t len);
void command_wire_add_not_started(struct buffer *out, const char *reason);
void command_wire_add_end(struct buffer *out, const struct subprocess_end *end);

/* Takes a frame off the front of what has come. */
enum command_wire command_wire_take_frame(struct slice *come, struct command_frame *frame);
