/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_multipart.h"

#include "util/mime_header.h"
#include "util/mime_multipart.h"

static bool read_signature(struct slice part, struct slice *signature, struct err *err)
{
    struct mime_header header;
    if (!mime_header_read(&part, &header, err)) {
        return err_prefix(err, "signature part");
    }
    if (!mime_header_is(header.content_type, "application/x-pkcs7-signature") &&
        !mime_header_is(header.content_type, "application/pkcs7-signature")) {
        return err_set(err, "signature part: its type is not application/x-pkcs7-signature");
    }
    if (part.len > SMIME_SIGNATURE_LIMIT) {
        return err_set(err, "the signature of %zu bytes is larger than the limit of %d bytes", part.len,
                       SMIME_SIGNATURE_LIMIT);
    }
    *signature = part;
    return true;
}

bool smime_multipart_split(struct slice message, struct smime_multipart *parts, struct err *err)
{
    struct slice boundary;
    if (!mime_multipart_start(&message, "multipart/signed", &boundary, err)) {
        return err_prefix(err, "not a signed message");
    }
    struct mime_part preamble;
    struct mime_part content;
    struct mime_part signature;
    mime_multipart_take(&message, boundary, &preamble);
    if (preamble.end != MIME_DELIMITER_NEXT) {
        return err_set(err, "the message has no parts");
    }
    mime_multipart_take(&message, boundary, &content);
    if (content.end == MIME_DELIMITER_CLOSE) {
        return err_set(err, "the message has no signature part");
    }
    if (content.end == MIME_DELIMITER_NONE) {
        return err_set(err, "the message is cut: its signed part has no end");
    }
    mime_multipart_take(&message, boundary, &signature);
    if (signature.end == MIME_DELIMITER_NONE) {
        return err_set(err, "the message is cut: its closing boundary is missing");
    }
    if (signature.end == MIME_DELIMITER_NEXT) {
        return err_set(err, "the message has more than two parts");
    }
    parts->signed_part = content.text;
    parts->canonical = content.canonical;
    return read_signature(signature.text, &parts->signature, err);
}
