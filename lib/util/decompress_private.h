/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * decompress_private: what decompress.c, decompress_gzip.c and decompress_zip.c share.
 */
#pragma once

#include <zlib.h>

#include "util/decompress.h"

struct decompressor {
    z_stream stream;
    bool initialised;
};

/* One call of decompress: where its output began and how far it may go. */
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

/* Makes room for the next step: `wanted` bytes, but not less than a minimum. Output may go one byte beyond the cap, and
 * that byte shows that the limit is passed. Returns how much room there is. */
size_t decompress_make_room(struct decompress_job *job, size_t wanted, char **at);

/* True, with the reason in err, when that byte was written. */
bool decompress_over_limit(const struct decompress_job *job);

bool decompress_gzip(struct decompressor *decompressor, struct decompress_job *job);
bool decompress_zip(struct decompress_job *job);
