/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ascii: which kind of character a byte is, in any locale.
 */
#pragma once

#include <stdbool.h>

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool ascii_is_alphanumeric(char c)
{
    return ascii_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The value of a hexadecimal digit of either case, -1 for another byte. */
static inline int ascii_hex_value(char c)
{
    char lower = (char)(c | 0x20);
    return ascii_is_digit(c) ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}
