/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/via_header.h"

#include <string.h>

#include "relay/node_index.h"
#include "util/slice.h"

/* The longest route: up all levels and down again. */
enum { MAX_SERVERS = 2 * NODE_INDEX_MAX_LEVELS };

/* Does this element of Via name `me`? An element is `<protocol> <name>`, optionally followed by a comment. */
static bool names(struct slice element, const char *me)
{
    while (element.len > 0 && (element.at[0] == ' ' || element.at[0] == '\t')) {
        element.at++;
        element.len--;
    }
    const char *blank = element.len > 0 ? memchr(element.at, ' ', element.len) : NULL;
    if (blank == NULL) {
        return false;
    }
    struct slice name = {blank + 1, (size_t)(element.at + element.len - blank - 1)};
    const char *end = memchr(name.at, ' ', name.len);
    name.len = end != NULL ? (size_t)(end - name.at) : name.len;
    return slice_eq_str(name, me);
}

bool via_header_is_loop(const char *via, const char *me)
{
    size_t servers = 0;
    for (const char *at = via; at != NULL && *at != '\0'; servers++) {
        struct slice element = {at, strcspn(at, ",")};
        if (names(element, me)) {
            return true;
        }
        at += element.len + (at[element.len] == ',');
    }
    return servers > MAX_SERVERS;
}

void via_header_add(struct buffer *header, const char *via, const char *me)
{
    buffer_add_format(header, "Via: %s%s1.1 %s", via != NULL ? via : "", via != NULL ? ", " : "", me);
}
