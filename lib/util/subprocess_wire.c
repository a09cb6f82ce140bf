/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/subprocess_wire.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

static void add_frame(struct buffer *out, enum subprocess_frame_kind kind, const struct subprocess_end *end,
                             struct slice bytes)
{
    const char head[] = {(char)kind, (char)end->fate, (char)end->number, (char)end->given_up};
    const uint32_t len = htonl((uint32_t)bytes.len);
    buffer_add(out, head, sizeof head);
    buffer_add(out, &len, sizeof len);
    buffer_add(out, bytes.at, bytes.len);
}

void subprocess_wire_add_output(struct buffer *out, const char *bytes, size_t len)
{
    const struct subprocess_end none = {0};
    struct slice rest = {bytes, len};
    while (rest.len > 0) {
        size_t piece = rest.len < SUBPROCESS_WIRE_BYTES_MAX ? rest.len : SUBPROCESS_WIRE_BYTES_MAX;
        add_frame(out, SUBPROCESS_FRAME_OUTPUT, &none, slice_take(&rest, piece));
    }
}

void subprocess_wire_add_not_started(struct buffer *out, const char *reason)
{
    const struct subprocess_end none = {0};
    add_frame(out, SUBPROCESS_FRAME_NOT_STARTED, &none, slice_from_str(reason));
}

void subprocess_wire_add_end(struct buffer *out, const struct subprocess_end *end)
{
    add_frame(out, SUBPROCESS_FRAME_END, end, (struct slice){"", 0});
}

static bool read_frame_head(const char *head, struct subprocess_frame *frame, size_t *len)
{
    uint32_t length;
    memcpy(&length, head + 4, sizeof length);
    *len = ntohl(length);
    unsigned char fate = (unsigned char)head[1];
    *frame = (struct subprocess_frame){
        .kind = (enum subprocess_frame_kind)head[0],
        .end = {.number = (unsigned char)head[2], .given_up = head[3] != 0},
    };
    frame->end.fate = fate <= SUBPROCESS_STOPPED ? (enum subprocess_fate)fate : SUBPROCESS_EXITED;
    return memchr("one", head[0], 3) != NULL && fate <= SUBPROCESS_STOPPED && *len <= SUBPROCESS_WIRE_BYTES_MAX;
}

enum subprocess_wire subprocess_wire_take_frame(struct slice *come, struct subprocess_frame *frame)
{
    size_t len;
    if (come->len < SUBPROCESS_WIRE_HEAD) {
        return SUBPROCESS_WIRE_MORE;
    }
    if (!read_frame_head(come->at, frame, &len)) {
        return SUBPROCESS_WIRE_BAD;
    }
    if (come->len < SUBPROCESS_WIRE_HEAD + len) {
        return SUBPROCESS_WIRE_MORE;
    }
    slice_take(come, SUBPROCESS_WIRE_HEAD);
    frame->bytes = slice_take(come, len);
    return SUBPROCESS_WIRE_WHOLE;
}

const char *subprocess_wire_take_text(struct slice *come)
{
    size_t len = come->len > 0 ? strnlen(come->at, come->len) : 0;
    return len < come->len ? slice_take(come, len + 1).at : NULL;
}
