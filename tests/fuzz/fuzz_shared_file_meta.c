/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz_shared_file_meta: the beginning of a shared file's body (shared_file_meta.h, shared_file_signature.h). What is
 * accepted says the same again when it is formatted and parsed, and whatever key is in it can be looked at.
 */
#include <stdint.h>

#include "fuzz/fuzz.h"
#include "relay/shared_file_signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_shared_file_meta_check_again(const struct shared_file_meta *meta)
{
    struct shared_file_meta again;
    struct buffer text = {0};
    struct err err = {0};
    shared_file_meta_format(meta, &text);
    fuzz_require(shared_file_meta_parse(&again, buffer_slice(&text), &err));
    fuzz_require(again.algorithm == meta->algorithm && again.expires == meta->expires);
    fuzz_require(slice_eq(again.digest, meta->digest) && slice_eq(again.hash_value, meta->hash_value));
    fuzz_require(slice_eq(again.short_pubkey, meta->short_pubkey) && slice_eq(again.keyid, meta->keyid));
    fuzz_require(shared_file_meta_has_hash(meta, meta->hash_value));
    buffer_free(&text);
}

static void check_signature(const struct shared_file_meta *meta, struct slice file)
{
    struct err err = {0};
    struct shared_file_signature *signature = shared_file_signature_new(meta, &err);
    if (signature == NULL) {
        fuzz_require(err.text[0] != '\0');
        return;
    }
    shared_file_signature_add(signature, file.at, file.len);
    (void)shared_file_signature_check(signature, meta, &err);
    shared_file_signature_free(signature);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {(const char *)data, size};
    struct shared_file_meta meta;
    struct err err = {0};
    size_t len = size, skip = size;
    if (shared_file_meta_end(text, &len, &skip)) {
        fuzz_require(len < skip && skip <= size && text.at[skip - 1] == '\n');
    }
    if (shared_file_meta_parse(&meta, (struct slice){text.at, len}, &err)) {
        fuzz_shared_file_meta_check_again(&meta);
        check_signature(&meta, (struct slice){text.at + skip, size - skip});
    } else {
        fuzz_require(err.text[0] != '\0');
    }
    return 0;
}
