/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * etag: does a client have the current version already?
 *
 * Source: RFC 9110 sections 8.8.3 and 13.1.2. If-None-Match is `*` or a list of entity tags, `"..."` or `W/"..."`, with
 * commas and blanks between; tags are compared weakly, that is without their `W/`. The list ends where it does not
 * follow the grammar.
 */
#pragma once

#include <stdbool.h>

#include "util/slice.h"

/* Does the list contain the tag? if_none_match: the header's value. tag: a strong tag with its quotes. */
bool etag_listed(struct slice if_none_match, struct slice tag);

/* Is this one entity tag and nothing else, in printable ASCII, as a header may repeat it? */
bool etag_valid(struct slice tag);

/* The tag without its W/. */
struct slice etag_strong(struct slice tag);
