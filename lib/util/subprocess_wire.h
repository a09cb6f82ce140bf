/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * subprocess_wire: what a helper that runs a command answers to whoever asked for it: frames on a stream socket, a head
 * of eight bytes and as many bytes as it says.
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

#include <stddef.h>

#include "util/buffer.h"
#include "util/slice.h"
#include "util/subprocess.h"

enum {
    SUBPROCESS_WIRE_HEAD = 8,
    SUBPROCESS_WIRE_BYTES_MAX = 65536, /* of a frame, its head not counted */
};

enum subprocess_wire { SUBPROCESS_WIRE_MORE, SUBPROCESS_WIRE_WHOLE, SUBPROCESS_WIRE_BAD };

enum subprocess_frame_kind {
    SUBPROCESS_FRAME_OUTPUT = 'o',
    SUBPROCESS_FRAME_NOT_STARTED = 'n',
    SUBPROCESS_FRAME_END = 'e',
};

struct subprocess_frame {
    enum subprocess_frame_kind kind;
    struct subprocess_end end; /* of an end */
    struct slice bytes;
};

/* Bytes beyond SUBPROCESS_WIRE_BYTES_MAX become further frames. */
void subprocess_wire_add_output(struct buffer *out, const char *bytes, size_t len);
void subprocess_wire_add_not_started(struct buffer *out, const char *reason);
void subprocess_wire_add_end(struct buffer *out, const struct subprocess_end *end);

/* Takes a frame off the front of what has come. */
enum subprocess_wire subprocess_wire_take_frame(struct slice *come, struct subprocess_frame *frame);

/* For requests: takes a text and the NUL behind it off the front; NULL when the NUL has not come yet. */
const char *subprocess_wire_take_text(struct slice *come);
