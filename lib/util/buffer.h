/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * buffer: bytes that grow.
 *
 * The struct is the owner's; buffer_free gives the memory back, buffer_clear keeps it for the next use. A buffer that
 * is all zero bytes is a valid empty one. Running out of memory ends the process (see xmalloc.h).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util/slice.h"

struct buffer {
    char *at;
    size_t len;
    size_t size;
};

/* Makes room for `more` bytes behind len and returns where they go. The caller adds what it wrote to len. */
char *buffer_reserve(struct buffer *buffer, size_t more);

void buffer_add(struct buffer *buffer, const void *bytes, size_t len);
void buffer_add_text(struct buffer *buffer, const char *text);
void buffer_add_texts(struct buffer *buffer, const char *const *texts); /* the array ends with NULL */
void buffer_add_format(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds the number in decimal, many times faster than buffer_add_format does. */
void buffer_add_number(struct buffer *buffer, uint64_t number);

/* Puts a NUL behind the content (not counted in len) and returns it as a C string, owned by the buffer. */
const char *buffer_cstr(struct buffer *buffer);

static inline struct slice buffer_slice(const struct buffer *buffer)
{
    return (struct slice){buffer->at, buffer->len};
}

static inline void buffer_clear(struct buffer *buffer)
{
    buffer->len = 0;
}

/* Empties the buffer. Keeps the memory for the next use only if it is at most `keep` bytes. */
void buffer_clear_large(struct buffer *buffer, size_t keep);

/* Gives back the unused memory if the buffer has more than `keep` bytes. */
void buffer_fit(struct buffer *buffer, size_t keep);

void buffer_free(struct buffer *buffer);
