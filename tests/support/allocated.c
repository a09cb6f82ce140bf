/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/allocated.h"

#include <malloc.h>
#include <stdint.h>

static int64_t now;
static int64_t peak;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *piece, size_t size);
void *__real_reallocarray(void *piece, size_t count, size_t size);
void __real_free(void *piece);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *piece, size_t size);
void *__wrap_reallocarray(void *piece, size_t count, size_t size);
void __wrap_free(void *piece);

void allocated_watch(void)
{
    now = 0;
    peak = 0;
}

size_t allocated_peak(void)
{
    return (size_t)peak;
}

static void *allocated_add(void *piece)
{
    now += (int64_t)malloc_usable_size(piece);
    peak = now > peak ? now : peak;
    return piece;
}

void *__wrap_malloc(size_t size)
{
    return allocated_add(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return allocated_add(__real_calloc(count, size));
}

/* For a large block the kernel moves the pages, so there are never two copies of it at one time. */
void *__wrap_realloc(void *piece, size_t size)
{
    now -= (int64_t)malloc_usable_size(piece);
    return allocated_add(__real_realloc(piece, size));
}

void *__wrap_reallocarray(void *piece, size_t count, size_t size)
{
    now -= (int64_t)malloc_usable_size(piece);
    return allocated_add(__real_reallocarray(piece, count, size));
}

void __wrap_free(void *piece)
{
    now -= (int64_t)malloc_usable_size(piece);
    __real_free(piece);
}
