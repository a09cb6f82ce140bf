/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * err: why something failed, in words for the person who reads the log or the terminal.
 *
 * The caller owns the struct (usually on its stack) and passes its address; the function that finds the failure writes
 * the reason once, and a caller that knows more puts that in front. Text of outside input is made printable as it goes
 * in, so a reason can be logged, written beside a quarantined file or sent as an answer as it is. Passwords never go
 * in.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

enum { ERR_TEXT_SIZE = 512 };

struct err {
    char text[ERR_TEXT_SIZE]; /* NUL-terminated, printable UTF-8, cut at the end if too long; "" when nothing failed */
};

/* Writes the reason. err may be NULL. Always returns false, for `return err_set(...)`. None of these changes errno. */
bool err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool err_vset(struct err *err, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* The same with ": <strerror(errnum)>" behind. */
bool err_set_errno(struct err *err, int errnum, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "<formatted>: " in front of the existing reason. */
bool err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
