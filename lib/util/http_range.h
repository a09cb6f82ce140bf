/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * http_range: which part of a file a client asks for.
 *
 * Source: RFC 9110 section 14. One range of bytes is answered: `bytes=0-99`, `bytes=100-`, `bytes=-100`. A server may
 * ignore a Range header, and several ranges, another unit and what does not follow the grammar are ignored here.
 */
#pragma once

#include <stdint.h>

enum http_range {
    HTTP_RANGE_WHOLE,   /* no range, or one that is ignored: 200 */
    HTTP_RANGE_PART,    /* 206 */
    HTTP_RANGE_OUTSIDE, /* the range begins after the end: 416 */
};

/* text: the header's value, NULL without one. size: of the file in bytes. Sets *from and *length to the part to send:
 * the whole file for WHOLE, nothing for OUTSIDE. */
enum http_range http_range_parse(const char *text, int64_t size, int64_t *from, int64_t *length);
