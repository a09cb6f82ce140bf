/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "inventory_message.h"

#include <openssl/err.h>

#include "relay/shared_file_meta.h"
#include "relay/shared_file_signature.h"
#include "util/base64.h"
#include "util/digest.h"
#include "util/mime_header.h"
#include "util/mime_multipart.h"

/* ---- the two parts ---- */

/* Decodes a part of that type. */
static bool decode_part(struct slice part, const char *type, struct buffer *content, struct err *err)
{
    struct mime_header header;
    if (!mime_header_read(&part, &header, err)) {
        return false;
    }
    if (!mime_header_is(header.content_type, type)) {
        return err_set(err, "its type is not %s", type);
    }
    if (!mime_header_is(header.transfer_encoding, "base64")) {
        return err_set(err, "its transfer encoding is not base64");
    }
    buffer_clear(content);
    return base64_decode(content, part) || err_set(err, "it is not base64");
}

static bool decode_inventory_part(struct slice part, struct decompressor *decompressor,
                             const struct decompress_limits *limits, struct buffer *inventory, struct err *err)
{
    struct buffer packed = {0};
    buffer_clear(inventory);
    bool good = decode_part(part, "application/gzip", &packed, err) &&
                decompress(decompressor, COMPRESSION_GZIP, buffer_slice(&packed), limits, inventory, err);
    buffer_free(&packed);
    return good || err_prefix(err, "the part with the inventory");
}

static bool decode_signature_part(struct slice part, struct buffer *signature, struct err *err)
{
    if (part.len > 2 * SHARED_FILE_META_MAX_SIZE) {
        return err_set(err, "the part with the signature has %zu bytes, the limit is %d", part.len,
                       2 * SHARED_FILE_META_MAX_SIZE);
    }
    return decode_part(part, "text/plain", signature, err) || err_prefix(err, "the part with the signature");
}

bool inventory_message_split(struct slice entity, struct decompressor *decompressor,
                             const struct decompress_limits *limits, struct buffer *inventory, struct buffer *signature,
                             struct err *err)
{
    struct slice boundary;
    if (!mime_multipart_start(&entity, "multipart/mixed", &boundary, err)) {
        return err_prefix(err, "what is signed is not an inventory and its signature");
    }
    struct mime_part preamble, first, second;
    mime_multipart_take(&entity, boundary, &preamble);
    mime_multipart_take(&entity, boundary, &first);
    mime_multipart_take(&entity, boundary, &second);
    if (preamble.end != MIME_DELIMITER_NEXT || first.end != MIME_DELIMITER_NEXT ||
        second.end != MIME_DELIMITER_CLOSE) {
        return err_set(err, "what is signed is not an inventory and its signature: it has not exactly two parts");
    }
    return decode_signature_part(second.text, signature, err) &&
           decode_inventory_part(first.text, decompressor, limits, inventory, err);
}

/* ---- the signature file ---- */

/* The index keeps a digest of each certificate's key, SHA-256 over the same encoding that this one is over. */
static bool is_key_of_known(const struct shared_file_signature *signature, struct smime_known known)
{
    char hex[SHARED_FILE_KEY_HASH_SIZE];
    unsigned char digest[32];
    shared_file_signature_key_hash(signature, DIGEST_SHA256, hex);
    if (!digest_unhex(digest, sizeof digest, hex, 2 * sizeof digest)) {
        return false;
    }
    for (size_t i = 0; i < known.count; i++) {
        if (slice_eq(known.certificates[i].key_digest, (struct slice){(const char *)digest, sizeof digest})) {
            return true;
        }
    }
    return false;
}

bool inventory_message_signed_by(struct slice signature, struct slice inventory, struct smime_known known,
                                 struct err *err)
{
    struct shared_file_meta meta;
    struct shared_file_signature *check = NULL;
    bool good = shared_file_meta_parse(&meta, signature, err) &&
                (check = shared_file_signature_new(&meta, err)) != NULL &&
                (is_key_of_known(check, known) || err_set(err, "it is made with another key than the node's"));
    if (good) {
        shared_file_signature_add(check, inventory.at, inventory.len);
        good = shared_file_signature_check(check, &meta, err);
    }
    shared_file_signature_free(check);
    ERR_clear_error();
    return good || err_prefix(err, "the signature file");
}
