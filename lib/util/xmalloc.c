/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/xmalloc.h"

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

void *xmalloc(size_t size)
{
    return checked(malloc(size > 0 ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
    return checked(calloc(count > 0 ? count : 1, size > 0 ? size : 1));
}

void *xreallocarray(void *at, size_t count, size_t size)
{
    if (count == 0 || size == 0) {
        count = size = 1;
    }
    return checked(reallocarray(at, count, size));
}

void *xgrow(void *at, size_t count, size_t *room, size_t size)
{
    enum { FIRST_ROOM = 16 };
    if (count < *room) {
        return at;
    }
    *room = *room > 0 ? 2 * *room : FIRST_ROOM;
    return xreallocarray(at, *room, size);
}

char *xstrdup(const char *text)
{
    return xstrndup(text, strlen(text));
}

char *xstrndup(const char *at, size_t len)
{
    char *copy = xmalloc(len + 1);
    if (len > 0) {
        memcpy(copy, at, len);
    }
    copy[len] = '\0';
    return copy;
}

char *xasprintf(const char *format, ...)
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
