/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * memory: allocation that does not return NULL.
 *
 * A relay's sizes are bounded by its limits, so running out of memory means the machine is out of it: the process says
 * so and aborts, its supervisor starts it again, and the spool still holds every file. Sizes that outside input decides
 * are checked against a limit before they come here.
 */
#ifndef RELAY_UTIL_MEMORY_H
#define RELAY_UTIL_MEMORY_H

#include <stddef.h>

void *memory_alloc(size_t size) __attribute__((malloc, returns_nonnull, alloc_size(1)));
void *memory_zero(size_t count, size_t size) __attribute__((malloc, returns_nonnull, alloc_size(1, 2)));
void *memory_resize(void *at, size_t count, size_t size) __attribute__((returns_nonnull, alloc_size(2, 3)));
char *memory_text(const char *text) __attribute__((malloc, returns_nonnull));
char *memory_text_of(const char *at, size_t len) __attribute__((malloc, returns_nonnull));
char *memory_format(const char *format, ...) __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));

#endif
