/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *checked(void *at)
{
    if (at == NULL) {
        static const char message[] = "<2>out of memory\n";
        ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
        (void)ignored;
        abort();
    }
    return at;
}

void *memory_alloc(size_t size)
{
    return checked(malloc(size > 0 ? size : 1));
}

void *memory_zero(size_t count, size_t size)
{
    return checked(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *memory_resize(void *at, size_t count, size_t size)
{
    if (count == 0 || size == 0) {
        count = size = 1;
    }
    return checked(reallocarray(at, count, size));
}

char *memory_text(const char *text)
{
    return memory_text_of(text, strlen(text));
}

char *memory_text_of(const char *at, size_t len)
{
    char *copy = memory_alloc(len + 1);
    if (len > 0) {
        memcpy(copy, at, len);
    }
    copy[len] = '\0';
    return copy;
}

char *memory_format(const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0) {
        text = NULL;
    }
    va_end(args);
    return checked(text);
}
