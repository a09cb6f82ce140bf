/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/etag.h"

static const char separators[] = " \t,";

/* Takes `"..."` off the front of rest. */
static bool take_tag(struct slice *rest, struct slice *tag)
{
    size_t skip = slice_starts_with(*rest, "W/") ? 2 : 0;
    const char *from = rest->at + skip;
    const char *end = rest->len > skip + 1 && *from == '"' ? memchr(from + 1, '"', rest->len - skip - 1) : NULL;
    if (end == NULL) {
        return false;
    }
    *tag = (struct slice){from, (size_t)(end - from) + 1};
    *rest = slice_behind(*rest, skip + tag->len);
    return true;
}

bool etag_listed(struct slice if_none_match, struct slice tag)
{
    struct slice rest = if_none_match, listed;
    slice_skip(&rest, separators);
    if (rest.len > 0 && *rest.at == '*') {
        slice_take(&rest, 1);
        slice_skip(&rest, separators);
        return rest.len == 0;
    }
    while (take_tag(&rest, &listed)) {
        if (slice_eq(listed, tag)) {
            return true;
        }
        slice_skip(&rest, separators);
    }
    return false;
}

bool etag_valid(struct slice tag)
{
    struct slice rest = tag, strong;
    for (size_t i = 0; i < tag.len; i++) {
        unsigned char byte = (unsigned char)tag.at[i];
        if (byte <= 0x20 || byte >= 0x7f) {
            return false;
        }
    }
    return take_tag(&rest, &strong) && rest.len == 0;
}

struct slice etag_strong(struct slice tag)
{
    size_t skip = slice_starts_with(tag, "W/") ? 2 : 0;
    return (struct slice){tag.at + skip, tag.len - skip};
}
