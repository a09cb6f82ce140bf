/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * proxy_path: which paths are asked for at the policy server above.
 */
#pragma once

#include <stdbool.h>

#include "util/buffer.h"
#include "util/slice.h"

enum { PROXY_PATH_MAX = 1024 }; /* bytes */

/* Is each segment of this path (outside input, decoded) a name that can do no harm (safe_file_name)? */
bool proxy_path_valid(struct slice path);

/* Adds such a path to a URL, each segment percent-encoded. */
void proxy_path_add(struct buffer *url, struct slice path);
