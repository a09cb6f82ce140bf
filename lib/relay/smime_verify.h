/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_verify: an S/MIME clear-signed message (RFC 8551 section 3.5.3, RFC 1847) and the certificates of its node to the
 * content that the node signed.
 *
 * Source: PROTOCOL.md section 5. The multipart is split by hand (OpenSSL's MIME reader costs more than the signature), the
 * signed part is digested with EVP in one pass and the signature is checked with CMS (RFC 5652): every signer must be one of
 * the given certificates (certificates inside the message are ignored; no chain, no validity dates), the digest SHA-256 or
 * stronger, the content type data, the message-digest attribute that of the content.
 */
#ifndef RELAY_SMIME_VERIFY_H
#define RELAY_SMIME_VERIFY_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

/* message is the whole file after decompression. certs: the node's, count of them, at least one. On true *content is the
 * signed text without its own header: it points into message when its lines end in CRLF there; else canonical holds a
 * converted copy that it points into. Refused (false, with the reason): no signature, a weak digest, an unknown signer, a
 * signature that does not verify, an empty content, a malformed message. */
bool smime_verify(struct slice message, X509 *const *certs, size_t count, struct buffer *canonical, struct slice *content,
                  struct err *err);

#endif
