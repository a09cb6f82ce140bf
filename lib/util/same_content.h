/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * same_content: have two files the same bytes?
 */
#pragma once

#include "util/err.h"

enum same_content {
    SAME_CONTENT,
    SAME_CONTENT_NOT,    /* also when b does not exist or is not a regular file */
    SAME_CONTENT_FAILED, /* err: one of them cannot be read */
};

/* Compares two files. Symbolic links are not followed. Bytes are read only when the sizes are equal. */
enum same_content same_content(int a_fd, const char *a, int b_fd, const char *b, struct err *err);
