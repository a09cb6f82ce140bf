/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * decompress: a gzip (RFC 1952, several members too) or zip (first entry) image in memory to its content, within
 * limits.
 *
 * The compressed image is at most the upload limit, so it is in memory already; only its expanded size has to be
 * limited. A gzip is inflated with zlib, a zip read with libarchive. A damaged, cut or encrypted image is refused. Of a
 * gzip, checksum and length are checked; of a zip, what libarchive only warns of is not treated as damage (a name in a
 * strange encoding, a wrong checksum): the signature shows whether the content is what was sent. For the same
 * reason what stands behind a gzip's last member counts for nothing, padding or a line end that somebody has added;
 * gzip(1) only warns of it, and the original does not look there. In a zip, directories before the first file are
 * passed over, and only stored and deflated files are read: other methods let the image choose how much memory they
 * take.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

enum compression { COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZIP };

enum { DECOMPRESS_RATIO_FREE = 1 << 20 }; /* up to this many bytes, any ratio is allowed */

struct decompress_limits {
    size_t expanded; /* bytes */
    size_t ratio;    /* expanded / compressed, checked only above DECOMPRESS_RATIO_FREE; 0: no limit */
};

/* Keeps zlib's state from one file to the next. decompressor_new never returns NULL. */
struct decompressor;
struct decompressor *decompressor_new(void);
void decompressor_free(struct decompressor *decompressor); /* takes NULL */

/* Appends the content to out. On false out is as it was before, and err names the damage, or the limit and its value.
 */
bool decompress(struct decompressor *decompressor, enum compression compression, struct slice image,
                const struct decompress_limits *limits, struct buffer *out, struct err *err);
