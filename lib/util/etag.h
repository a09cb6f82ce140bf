/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * etag: does a client name the current version?
 *
 * Source: RFC 9110 sections 8.8.3, 13.1.1 and 13.1.2. If-Match and If-None-Match are `*` or a list of entity tags,
 * `"..."` or `W/"..."`, with commas and blanks between. The list ends where it does not follow the grammar.
 */
#pragma once

#include <stdbool.h>

#include "util/slice.h"

/* Does the list contain the tag? if_none_match: the header's value. tag: a strong tag with its quotes. Tags are
 * compared weakly, that is without their `W/`. */
bool etag_listed(struct slice if_none_match, struct slice tag);

/* The same for If-Match: a weak tag is equal to none. tag: perhaps with its `W/`. */
bool etag_matched(struct slice if_match, struct slice tag);

/* Is this one entity tag and nothing else, in printable ASCII, as a header may repeat it? */
bool etag_valid(struct slice tag);

/* The tag without its W/. */
struct slice etag_strong(struct slice tag);
