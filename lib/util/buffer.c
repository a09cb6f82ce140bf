/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/xmalloc.h"

enum { BUFFER_FIRST_SIZE = 256, BUFFER_DOUBLING_MAX = 1 << 20 };

static void buffer_resize(struct buffer *buffer, size_t size)
{
    buffer->at = xreallocarray(buffer->at, size, 1);
    buffer->size = size;
}

/* A small buffer doubles, a large one grows by half. A caller that asks for more than that gets exactly what it asks
 * for. */
char *buffer_reserve(struct buffer *buffer, size_t more)
{
    if (buffer->size - buffer->len < more) {
        size_t size = buffer->size + (buffer->size < BUFFER_DOUBLING_MAX ? buffer->size : buffer->size / 2);
        size = size > BUFFER_FIRST_SIZE ? size : BUFFER_FIRST_SIZE;
        buffer_resize(buffer, size - buffer->len >= more ? size : buffer->len + more);
    }
    return buffer->at + buffer->len;
}

void buffer_fit(struct buffer *buffer, size_t keep)
{
    if (buffer->size > keep && buffer->size > buffer->len && buffer->len > 0) {
        buffer_resize(buffer, buffer->len);
    }
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t len)
{
    if (len > 0) {
        memcpy(buffer_reserve(buffer, len), bytes, len);
        buffer->len += len;
    }
}

void buffer_add_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_add_texts(struct buffer *buffer, const char *const *texts)
{
    for (; *texts != NULL; texts++) {
        buffer_add_text(buffer, *texts);
    }
}

void buffer_add_format(struct buffer *buffer, const char *format, ...)
{
    va_list args;
    size_t room = buffer->size - buffer->len;
    va_start(args, format);
    int len = vsnprintf(room > 0 ? buffer->at + buffer->len : NULL, room, format, args);
    va_end(args);
    if (len > 0 && (size_t)len >= room) { /* there was too little room: format again */
        char *at = buffer_reserve(buffer, (size_t)len + 1);
        va_start(args, format);
        vsnprintf(at, (size_t)len + 1, format, args);
        va_end(args);
    }
    buffer->len += len > 0 ? (size_t)len : 0;
}

void buffer_add_number(struct buffer *buffer, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    buffer_add(buffer, digits + at, sizeof digits - at);
}

const char *buffer_cstr(struct buffer *buffer)
{
    *buffer_reserve(buffer, 1) = '\0';
    return buffer->at;
}

void buffer_clear_large(struct buffer *buffer, size_t keep)
{
    buffer_clear(buffer);
    if (buffer->size > keep) {
        buffer_free(buffer);
    }
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->at);
    *buffer = (struct buffer){0};
}
