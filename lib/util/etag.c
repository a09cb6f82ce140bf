/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/etag.h"

static void skip_separators(struct slice *rest)
{
    while (rest->len > 0 && (*rest->at == ' ' || *rest->at == '\t' || *rest->at == ',')) {
        rest->at++;
        rest->len--;
    }
}

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
    rest->len -= skip + tag->len;
    rest->at = end + 1;
    return true;
}

bool etag_listed(struct slice if_none_match, struct slice tag)
{
    struct slice rest = if_none_match, listed;
    skip_separators(&rest);
    if (rest.len > 0 && *rest.at == '*') {
        rest = (struct slice){rest.at + 1, rest.len - 1};
        skip_separators(&rest);
        return rest.len == 0;
    }
    while (take_tag(&rest, &listed)) {
        if (slice_eq(listed, tag)) {
            return true;
        }
        skip_separators(&rest);
    }
    return false;
}
