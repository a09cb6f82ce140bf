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
    slice_skip(&element, " \t");
    slice_take_until(&element, ' ');
    return slice_eq_str(slice_take_until(&element, ' '), me);
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
