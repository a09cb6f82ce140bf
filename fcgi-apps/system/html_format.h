/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * html_format: figures as people read them.
 */
#pragma once

#include <stdint.h>

#include "util/buffer.h"

/* "1,234,567" */
enum { HTML_NUMBER_SIZE = 32 };
void html_format_number(uint64_t number, char out[HTML_NUMBER_SIZE]);

/* Appends `<time datetime="2026-11-24T16:05:12Z" title="...">5min 20s ago</time>`; seconds since 1970. */
void html_format_age(struct buffer *out, int64_t moment, int64_t now);

/* Appends "2026-11-24 16:05:12 UTC" as a <time>. */
void html_format_moment(struct buffer *out, int64_t moment);
