/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz: what the fuzz targets share.
 */
#pragma once

#include <stdbool.h>
#include <stdlib.h>

/* Ends the process as a finding unless it holds. */
static inline void fuzz_require(bool holds)
{
    if (!holds) {
        abort();
    }
}
