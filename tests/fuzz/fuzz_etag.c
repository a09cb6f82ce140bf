/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdlib.h>

#include "util/etag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A list says the same of a tag whatever strange things stand behind it, and a tag in front of it is found. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char front[] = "W/\"tag\" , ";
    const struct slice tag = slice_from_str("\"tag\"");
    const struct slice list = {(const char *)data, size};
    bool found = etag_listed(list, tag);
    if (found && memchr(data, '*', size) == NULL && memmem(data, size, tag.at, tag.len) == NULL) {
        abort();
    }
    char *longer = malloc(size + sizeof front);
    if (longer == NULL) {
        return 0;
    }
    memcpy(longer, front, sizeof front - 1);
    memcpy(longer + sizeof front - 1, data, size);
    if (!etag_listed((struct slice){longer, size + sizeof front - 1}, tag)) {
        abort();
    }
    free(longer);
    return 0;
}
