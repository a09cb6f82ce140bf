/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/command_wire.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

/* ---- the request ---- */

void command_wire_add_request(struct buffer *out, const char *conditions, const char *hosts)
{
    buffer_add(out, conditions, strlen(conditions) + 1);
    buffer_add(out, hosts, strlen(hosts) + 1);
}

/* Takes a text and its NUL off the front; NULL when the NUL has not come yet. */
static const char *take_text(struct slice *come)
{
    size_t len = come->len > 0 ? strnlen(come->at, come->len) : 0;
    return len < come->len ? slice_take(come, len + 1).at : NULL;
}

enum command_wire command_wire_read_request(struct slice come, const char **conditions, const char **hosts,
                                            struct err *err)
{
    if (come.len > COMMAND_WIRE_REQUEST_MAX) {
        err_set(err, "a request of more than %d bytes", COMMAND_WIRE_REQUEST_MAX);
        return COMMAND_WIRE_BAD;
    }
    if ((*conditions = take_text(&come)) == NULL || (*hosts = take_text(&come)) == NULL) {
        return COMMAND_WIRE_MORE;
    }
    if (come.len > 0) {
        err_set(err, "there is something behind the request");
        return COMMAND_WIRE_BAD;
    }
    return command_line_valid(*conditions, *hosts, err) ? COMMAND_WIRE_WHOLE : COMMAND_WIRE_BAD;
}

/* ---- the answer ---- */

static void command_wire_add(struct buffer *out, enum command_frame_kind kind, const struct subprocess_end *end,
                             struct slice bytes)
{
    const char head[] = {(char)kind, (char)end->fate, (char)end->number, (char)end->given_up};
    const uint32_t len = htonl((uint32_t)bytes.len);
    buffer_add(out, head, sizeof head);
    buffer_add(out, &len, sizeof len);
    buffer_add(out, bytes.at, bytes.len);
}

void command_wire_add_output(struct buffer *out, const char *bytes, size_t len)
{
    const struct subprocess_end none = {0};
    struct slice rest = {bytes, len};
    while (rest.len > 0) {
        size_t piece = rest.len < COMMAND_WIRE_BYTES_MAX ? rest.len : COMMAND_WIRE_BYTES_MAX;
        command_wire_add(out, COMMAND_FRAME_OUTPUT, &none, slice_take(&rest, piece));
    }
}

void command_wire_add_not_started(struct buffer *out, const char *reason)
{
    const struct subprocess_end none = {0};
    command_wire_add(out, COMMAND_FRAME_NOT_STARTED, &none, slice_from_str(reason));
}

void command_wire_add_end(struct buffer *out, const struct subprocess_end *end)
{
    command_wire_add(out, COMMAND_FRAME_END, end, (struct slice){"", 0});
}

static bool read_frame_head(const char *head, struct command_frame *frame, size_t *len)
{
    uint32_t length;
    memcpy(&length, head + 4, sizeof length);
    *len = ntohl(length);
    unsigned char fate = (unsigned char)head[1];
    *frame = (struct command_frame){
        .kind = (enum command_frame_kind)head[0],
        .end = {.number = (unsigned char)head[2], .given_up = head[3] != 0},
    };
    frame->end.fate = fate <= SUBPROCESS_STOPPED ? (enum subprocess_fate)fate : SUBPROCESS_EXITED;
    return memchr("one", head[0], 3) != NULL && fate <= SUBPROCESS_STOPPED && *len <= COMMAND_WIRE_BYTES_MAX;
}

enum command_wire command_wire_take_frame(struct slice *come, struct command_frame *frame)
{
    size_t len;
    if (come->len < COMMAND_WIRE_HEAD) {
        return COMMAND_WIRE_MORE;
    }
    if (!read_frame_head(come->at, frame, &len)) {
        return COMMAND_WIRE_BAD;
    }
    if (come->len < COMMAND_WIRE_HEAD + len) {
        return COMMAND_WIRE_MORE;
    }
    slice_take(come, COMMAND_WIRE_HEAD);
    frame->bytes = slice_take(come, len);
    return COMMAND_WIRE_WHOLE;
}
