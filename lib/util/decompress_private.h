/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * decompress_private: what decompress.c, decompress_gzip.c and decompress_zip.c share.
 */
#ifndef RELAY_UTIL_DECOMPRESS_PRIVATE_H
#define RELAY_UTIL_DECOMPRESS_PRIVATE_H

#include <zlib.h>

#include "util/decompress.h"

struct decompressor {
    z_stream stream;
    bool initialised;
};

/* One call: where its output began and how far it may go. */
struct decompress_job {
    struct slice image;
    const struct decompress_limits *limits;
    size_t cap; /* bytes of output, the smaller of the two limits */
    struct buffer *out;
    size_t start;
    struct err *err;
};

static inline size_t decompress_produced(const struct decompress_job *job)
{
    return job->out->len - job->start;
}

/* Output goes no further than one byte beyond the cap: that byte tells that the limit is passed. Makes room for the
 * next step so, `wanted` bytes or a least step. Returns how much room. */
size_t decompress_make_room(struct decompress_job *job, size_t wanted, char **at);

/* Was that byte written? Then writes the reason. */
bool decompress_over_limit(const struct decompress_job *job);

bool decompress_gzip(struct decompressor *decompressor, struct decompress_job *job);
bool decompress_zip(struct decompress_job *job);

#endif
