/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * xmalloc: allocation that does not return NULL.
 *
 * A relay's sizes are bounded by its limits, so running out of memory means the machine is out of it: the process says
 * so and aborts, its supervisor starts it again, and the spool still holds every file. Sizes that depend on outside
 * input are checked against a limit before they come here.
 */
#pragma once

#include <stddef.h>

void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull, alloc_size(1)));
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull, alloc_size(1, 2)));
/* An array with room for one more item than count. It grows to twice as many when *room is used up. at may be NULL. */
void *xgrow(void *at, size_t count, size_t *room, size_t size) __attribute__((returns_nonnull));
void *xreallocarray(void *at, size_t count, size_t size) __attribute__((returns_nonnull, alloc_size(2, 3)));
char *xstrdup(const char *text) __attribute__((malloc, returns_nonnull));
char *xstrndup(const char *at, size_t len) __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *format, ...) __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));
