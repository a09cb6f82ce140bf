/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz: what the fuzz targets share.
 */
#ifndef RELAY_TESTS_FUZZ_FUZZ_H
#define RELAY_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stdlib.h>

/* Ends the process as a finding unless it holds. */
static inline void fuzz_require(bool holds)
{
    if (!holds) {
        abort();
    }
}

#endif
