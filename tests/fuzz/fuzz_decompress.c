/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first byte says how: bits 0 and 1 the compression, bits 2 to 4 the limit of the expanded size, 2^(8 to 22),
 * bits 5 to 7 the ratio. The rest is the image.
 */
#include <stdint.h>

#include "fuzz/fuzz.h"
#include "util/decompress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct decompressor *decompressor;
    if (size == 0) {
        return 0;
    }
    if (decompressor == NULL) {
        decompressor = decompressor_new();
    }
    const struct decompress_limits limits = {(size_t)1 << (8 + (data[0] >> 2 & 7) * 2), data[0] >> 5};
    enum compression compression = (data[0] & 3) == 3 ? COMPRESSION_NONE : (enum compression)(data[0] & 3);
    struct buffer out = {0};
    struct err err = {""};
    buffer_add_text(&out, "before");
    if (decompress(decompressor, compression, (struct slice){(const char *)data + 1, size - 1}, &limits, &out, &err)) {
        size_t expanded = out.len - 6;
        fuzz_require(expanded <= limits.expanded);
        fuzz_require(compression == COMPRESSION_NONE || limits.ratio == 0 || expanded <= DECOMPRESS_RATIO_FREE
                || expanded / limits.ratio <= size - 1);
    } else {
        fuzz_require(out.len == 6 && err.text[0] != '\0');
    }
    fuzz_require(memcmp(out.at, "before", 6) == 0);
    buffer_free(&out);
    return 0;
}
