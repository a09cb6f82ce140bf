/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * compare: how qsort and bsearch compare the items of an array of texts, or of slices.
 */
#pragma once

#include "util/slice.h"

static inline int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static inline int compare_slices(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}
