/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_verify: checks an S/MIME clear-signed message (RFC 8551 section 3.5.3, RFC 1847) against the certificates of
 * its node, and gives the content that the node signed.
 *
 * Source: PROTOCOL.md section 5. The multipart is split by hand (OpenSSL's MIME reader costs more than the
 * signature), the signed part is digested with EVP in one pass and the signature is checked with CMS (RFC 5652):
 * every signer must be one of the given certificates (certificates inside the message are ignored; no chain, no
 * validity dates), the digest SHA-256 or stronger (or SHA-1 where that is accepted), the content type data, the
 * message-digest attribute that of the content. The signers are looked up before the content is touched, so that a
 * stranger's message costs little.
 *
 * Everything that OpenSSL's SMIME_read_CMS and CMS_verify accept with the same certificates is accepted, except what
 * smime_multipart.h, smime_signature.h and this header say is refused; the fuzz targets fuzz_smime and
 * fuzz_smime_edited compare them.
 */
#pragma once

#include <stdbool.h>

#include "relay/smime_signature.h"
#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

/* Keeps objects that OpenSSL would otherwise look up for each message. Each belongs to one thread. */
struct smime_verifier;

/* accept_sha1: see smime_digest.h. NULL with err when OpenSSL does not offer the digests (a broken installation). */
struct smime_verifier *smime_verifier_new(bool accept_sha1, struct err *err);
void smime_verifier_free(struct smime_verifier *verifier); /* takes NULL */

/* message is the whole file after decompression. known: the node's certificates; none refuses every message.
 * On true *content is the signed text without its own header: it points into message when its lines end in CRLF
 * there; else canonical (cleared first, the caller's) holds a converted copy that it points into. Refused (false,
 * with the reason): no signature, a weak digest, an unknown signer, a signature that does not verify, an empty
 * content, a malformed message. OpenSSL's error queue is empty afterwards. */
bool smime_verify(struct smime_verifier *verifier, struct slice message, struct smime_known known,
                  struct buffer *canonical, struct slice *content, struct err *err);

/* The same for a signed part of any type: *entity is all of it, with its header. */
bool smime_verify_entity(struct smime_verifier *verifier, struct slice message, struct smime_known known,
                         struct buffer *canonical, struct slice *entity, struct err *err);
