/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/decompress.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "util/decompress_private.h"
#include "util/xmalloc.h"

enum { LEAST_STEP = 16384 }; /* bytes of room when the size of the content is unknown */

struct decompressor *decompressor_new(void)
{
    return xcalloc(1, sizeof(struct decompressor));
}

void decompressor_free(struct decompressor *decompressor)
{
    if (decompressor != NULL) {
        if (decompressor->initialised) {
            inflateEnd(&decompressor->stream);
        }
        free(decompressor);
    }
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t capacity(const struct decompress_limits *limits, size_t compressed)
{
    if (limits->ratio == 0 || compressed > SIZE_MAX / limits->ratio) {
        return limits->expanded;
    }
    size_t by_ratio = compressed * limits->ratio;
    return smaller(limits->expanded, by_ratio > DECOMPRESS_RATIO_FREE ? by_ratio : DECOMPRESS_RATIO_FREE);
}

bool decompress_over_limit(const struct decompress_job *job)
{
    if (decompress_produced(job) <= job->cap) {
        return false;
    }
    if (job->cap == job->limits->expanded) {
        err_set(job->err, "expands to more than the limit of %zu bytes", job->cap);
    } else {
        err_set(job->err, "expands to more than %zu bytes, past the limit of %zu times its compressed size", job->cap,
                job->limits->ratio);
    }
    return true;
}

size_t decompress_make_room(struct decompress_job *job, size_t wanted, char **at)
{
    size_t room = smaller(wanted > LEAST_STEP ? wanted : LEAST_STEP, job->cap - decompress_produced(job) + 1);
    room = smaller(room, INT_MAX); /* zlib counts in unsigned int */
    *at = buffer_reserve(job->out, room);
    return room;
}

static bool copy(struct decompress_job *job)
{
    if (job->image.len > job->limits->expanded) {
        return err_set(job->err, "is larger than the limit of %zu bytes", job->limits->expanded);
    }
    buffer_add(job->out, job->image.at, job->image.len);
    return true;
}

bool decompress(struct decompressor *decompressor, enum compression compression, struct slice image,
                const struct decompress_limits *limits, struct buffer *out, struct err *err)
{
    struct decompress_job job = {image, limits, capacity(limits, image.len), out, out->len, err};
    bool good = compression == COMPRESSION_GZIP  ? decompress_gzip(decompressor, &job)
                : compression == COMPRESSION_ZIP ? decompress_zip(&job)
                                                 : copy(&job);
    if (!good) {
        out->len = job.start;
    }
    return good;
}
