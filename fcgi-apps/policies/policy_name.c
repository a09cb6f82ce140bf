/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policies/policy_name.h"

#include <stddef.h>
#include <string.h>

#include "util/slice.h"
#include "util/utf8.h"

bool policy_name_fits(const char *name)
{
    size_t len = strlen(name);
    if (utf8_clean_prefix(name, len) != len) {
        return false;
    }
    for (const char *at = name; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        bool c1 = byte == 0xc2 && (unsigned char)at[1] < 0xa0; /* U+0080 to U+009F */
        if (byte < 0x20 || byte == 0x7f || byte == '\\' || c1) {
            return false;
        }
    }
    return len > 0;
}

static size_t directories_above(const char *path)
{
    size_t count = 0;
    for (; *path != '\0'; path++) {
        count += *path == '/';
    }
    return count;
}

bool policy_link_inside(const char *path, const char *target)
{
    size_t left = directories_above(path);
    bool down = false;
    if (*target == '/' || *target == '\0') {
        return false;
    }
    while (*target != '\0') {
        struct slice part = {target, strcspn(target, "/")};
        target += part.len;
        target += *target == '/';
        if (slice_eq_str(part, "..")) {
            if (down || left == 0) {
                return false;
            }
            left--;
        } else if (part.len > 0 && !slice_eq_str(part, ".")) {
            down = true;
        }
    }
    return true;
}
