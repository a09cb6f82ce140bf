/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz_duration: a time to live (duration.h). What is accepted is in bounds, and means the same with spaces around it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/duration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char padded[256];
    int64_t seconds = -1;
    int64_t again = -1;
    struct err err = {0};
    if (!duration_parse((const char *)data, size, &seconds, &err)) {
        if (err.text[0] == '\0') {
            abort();
        }
        return 0;
    }
    if (seconds < 0 || seconds > INT32_MAX) {
        abort();
    }
    if (size + 2 <= sizeof padded) {
        padded[0] = ' ';
        memcpy(padded + 1, data, size);
        padded[size + 1] = ' ';
        if (!duration_parse(padded, size + 2, &again, &err) || again != seconds) {
            abort();
        }
    }
    return 0;
}
