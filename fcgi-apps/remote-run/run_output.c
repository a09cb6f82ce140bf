/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/run_output.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "util/printable.h"

enum { SAID_SIZE = 2048, PRINTABLE_SIZE = 4096 };

void run_output_add(struct run_output *output, struct line_merge *merge, const char *bytes, size_t len)
{
    if (output->kind != RUN_OUTPUT_NONE) {
        line_merge_add(merge, bytes, len, &output->lines);
    }
}

void run_output_end(struct run_output *output, struct line_merge *merge)
{
    if (output->kind != RUN_OUTPUT_NONE) {
        line_merge_end(merge, &output->lines);
    }
}

void run_output_say(struct run_output *output, const char *format, ...)
{
    char said[SAID_SIZE], printable[PRINTABLE_SIZE];
    if (output->kind == RUN_OUTPUT_NONE) {
        return;
    }
    va_list args;
    va_start(args, format);
    int len = vsnprintf(said, sizeof said, format, args);
    va_end(args);
    if (len > 0) {
        printable_copy(printable, sizeof printable, said, (size_t)len < sizeof said ? (size_t)len : sizeof said - 1);
        buffer_add_format(&output->lines, "rudder-relay: %s\n", printable);
    }
}

/* Whole lines up to the limit. */
static void run_output_gather(struct run_output *output)
{
    struct buffer *body = &output->response->body;
    if (output->cut) {
        return;
    }
    if ((int64_t)(body->len + output->lines.len) <= output->limit) {
        buffer_add(body, output->lines.at, output->lines.len);
        return;
    }
    size_t room = (size_t)output->limit - body->len;
    while (room > 0 && output->lines.at[room - 1] != '\n') {
        room--;
    }
    buffer_add(body, output->lines.at, room);
    buffer_add_format(body, "rudder-relay: the output is longer than %" PRId64 " bytes, the rest is left out\n",
                      output->limit);
    output->cut = true;
}

bool run_output_flush(struct run_output *output)
{
    bool there = true;
    if (output->kind == RUN_OUTPUT_STREAMED && output->lines.len > 0) {
        there = response_send(output->response, output->lines.at, output->lines.len);
    } else if (output->kind == RUN_OUTPUT_GATHERED) {
        run_output_gather(output);
    }
    buffer_clear(&output->lines);
    return there;
}

void run_output_free(struct run_output *output)
{
    buffer_free(&output->lines);
}
