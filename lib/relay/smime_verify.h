/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_verify: an S/MIME clear-signed message (RFC 8551 section 3.5.3, RFC 1847) and the certificates of its node to
 * the content that the node signed.
 *
 * Source: PROTOCOL.md section 5. The multipart is split by hand (OpenSSL's MIME reader costs more than the
 * signature), the signed part is digested with EVP in one pass and the signature is checked with CMS (RFC 5652):
 * every signer must be one of the given certificates (certificates inside the message are ignored; no chain, no
 * validity dates), the digest SHA-256 or stronger, the content type data, the message-digest attribute that of the
 * content.
 *
 * Certificates come as DER, just as the node index and node_certs_walk give them: OpenSSL 3 takes twice the time of an
 * RSA-4096 verification to decode a certificate to an X509, nearly all of it for things that are not needed here.
 */
#ifndef RELAY_SMIME_VERIFY_H
#define RELAY_SMIME_VERIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

/* Keeps what OpenSSL would look up anew for each message. One belongs to one thread. */
struct smime_verifier;

/* NULL with err when OpenSSL does not offer the digests (a broken installation). */
struct smime_verifier *smime_verifier_new(struct err *err);
void smime_verifier_free(struct smime_verifier *verifier);

/* message is the whole file after decompression. certs: the node's, DER, count of them; none refuses every message.
 * On true *content is the signed text without its own header: it points into message when its lines end in CRLF
 * there; else canonical (cleared first, the caller's) holds a converted copy that it points into. Refused (false,
 * with the reason): no signature, a weak digest, an unknown signer, a signature that does not verify, an empty
 * content, a malformed message. OpenSSL's error queue is empty afterwards. */
bool smime_verify(struct smime_verifier *verifier, struct slice message, const struct slice *certs, size_t count,
                  struct buffer *canonical, struct slice *content, struct err *err);

#endif
