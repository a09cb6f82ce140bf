/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/line_merge.h"

#include <string.h>

static void end_line(struct line_merge *merge, struct buffer *out)
{
    buffer_add(out, merge->begun.at, merge->begun.len);
    buffer_add(out, "\n", 1);
    buffer_clear(&merge->begun);
}

/* Keeps the beginning of a line. What is longer than a line may be is broken into lines of the largest length. */
static void line_merge_keep(struct line_merge *merge, const char *bytes, size_t len, struct buffer *out)
{
    while (merge->begun.len + len > LINE_MERGE_MAX) {
        size_t piece = LINE_MERGE_MAX - merge->begun.len;
        buffer_add(&merge->begun, bytes, piece);
        end_line(merge, out);
        bytes += piece;
        len -= piece;
    }
    buffer_add(&merge->begun, bytes, len);
}

void line_merge_add(struct line_merge *merge, const char *bytes, size_t len, struct buffer *out)
{
    while (len > 0) {
        const char *end = memchr(bytes, '\n', len);
        size_t piece = end != NULL ? (size_t)(end - bytes) : len;
        line_merge_keep(merge, bytes, piece, out);
        if (end == NULL) {
            return;
        }
        end_line(merge, out);
        bytes += piece + 1;
        len -= piece + 1;
    }
}

void line_merge_end(struct line_merge *merge, struct buffer *out)
{
    if (merge->begun.len > 0) {
        end_line(merge, out);
    }
}

void line_merge_free(struct line_merge *merge)
{
    buffer_free(&merge->begun);
}
