/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/etag.h"

static const char separators[] = " \t,";

/* Takes `"..."` off the front of rest, and a `W/` before it. */
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

static bool find_tag(struct slice list, struct slice tag, bool weakly)
{
    struct slice listed;
    slice_skip(&list, separators);
    if (list.len > 0 && *list.at == '*') {
        slice_take(&list, 1);
        slice_skip(&list, separators);
        return list.len == 0;
    }
    for (const char *from = list.at; take_tag(&list, &listed); from = list.at) {
        if (slice_eq(listed, tag) && (weakly || listed.at == from)) {
            return true;
        }
        slice_skip(&list, separators);
    }
    return false;
}

bool etag_listed(struct slice if_none_match, struct slice tag)
{
    return find_tag(if_none_match, tag, true);
}

bool etag_matched(struct slice if_match, struct slice tag)
{
    return find_tag(if_match, tag, false);
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
