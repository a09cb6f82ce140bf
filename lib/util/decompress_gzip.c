/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/decompress_private.h"

#include <limits.h>

enum {
    GZIP_WINDOW_BITS = 15 + 16, /* 16: gzip, not zlib */
    GZIP_SMALLEST = 18,         /* bytes of header and trailer */
    DEFLATE_MAX_RATIO = 1032,   /* two bits can stand for 258 bytes */
};

/* The expanded length that the trailer states (modulo 2^32), or 0 when deflate could not expand that much: the trailer
 * may lie. */
static size_t gzip_guess(struct slice image)
{
    const unsigned char *end = (const unsigned char *)image.at + image.len;
    size_t told = (size_t)end[-4] | (size_t)end[-3] << 8 | (size_t)end[-2] << 16 | (size_t)end[-1] << 24;
    return told / DEFLATE_MAX_RATIO < image.len ? told : 0;
}

static bool inflate_member(struct decompress_job *job, z_stream *stream, size_t guess)
{
    size_t wanted = guess + 1; /* with one byte to spare zlib ends in one call and needs no window */
    for (;;) {
        char *at;
        size_t room = decompress_make_room(job, wanted, &at);
        stream->next_out = (unsigned char *)at;
        stream->avail_out = (uInt)room;
        int status = inflate(stream, Z_FINISH);
        job->out->len += room - stream->avail_out;
        if (decompress_over_limit(job)) {
            return false;
        }
        if (status == Z_STREAM_END) {
            return true;
        }
        if (status != Z_BUF_ERROR && status != Z_OK) {
            return err_set(job->err, "the gzip is damaged: %s", stream->msg != NULL ? stream->msg : "unknown fault");
        }
        if (stream->avail_out > 0) { /* room is left, so the input ended too early */
            return err_set(job->err, "the gzip is cut: its end is missing");
        }
        wanted = decompress_produced(job);
    }
}

static bool is_member(const unsigned char *at, size_t len)
{
    return len >= 2 && at[0] == 0x1f && at[1] == 0x8b;
}

static bool start_inflate(struct decompressor *decompressor)
{
    if (decompressor->initialised) {
        return inflateReset(&decompressor->stream) == Z_OK;
    }
    decompressor->initialised = inflateInit2(&decompressor->stream, GZIP_WINDOW_BITS) == Z_OK;
    return decompressor->initialised;
}

bool decompress_gzip(struct decompressor *decompressor, struct decompress_job *job)
{
    z_stream *stream = &decompressor->stream;
    if (job->image.len < GZIP_SMALLEST || job->image.len > UINT_MAX) {
        return err_set(job->err, "%zu bytes cannot be a gzip", job->image.len);
    }
    size_t guess = gzip_guess(job->image);
    stream->next_in = (unsigned char *)job->image.at;
    stream->avail_in = (uInt)job->image.len;
    do {
        if (!start_inflate(decompressor)) {
            return err_set(job->err, "zlib cannot start: %s", stream->msg != NULL ? stream->msg : "out of memory");
        }
        if (!inflate_member(job, stream, guess)) {
            return false;
        }
        guess = 0;
    } while (is_member(stream->next_in, stream->avail_in));
    return true;
}
