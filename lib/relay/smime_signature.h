/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_signature: a detached CMS signature (RFC 5652 section 5) checked against the content and a node's certificates.
 *
 * What must hold, for every signer: it is one of the certificates; the digest is SHA-256 or stronger, and the
 * signature algorithm uses the same; with signed attributes there is exactly one content type, data, and exactly one
 * message digest, that of the content, and the signature is over the attributes; without any the signature is over
 * the content. Signature algorithms are those of OpenSSL's CMS: RSA (PKCS #1 v1.5 and PSS), ECDSA.
 */
#ifndef RELAY_SMIME_SIGNATURE_H
#define RELAY_SMIME_SIGNATURE_H

#include <openssl/cms.h>
#include <stdbool.h>
#include <stddef.h>

#include "relay/cert_record.h"
#include "relay/smime_digest.h"
#include "relay/smime_key.h"
#include "util/err.h"
#include "util/slice.h"

enum { SMIME_MAX_SIGNERS = 8 };

/* What is made once and used for every signature of a thread. */
struct smime_signature_tools {
    struct smime_digest digest;
    struct smime_key_maker keys;
};

/* A node's certificates. */
struct smime_known {
    const struct cert_record *certificates;
    size_t count;
};

/* False when OpenSSL lacks something needed. Close it in either case. */
bool smime_signature_open(struct smime_signature_tools *tools, struct err *err);
void smime_signature_close(struct smime_signature_tools *tools);

/* Reads the signature (DER or BER; what may follow it is ignored) and looks its signers up, before any work is spent on
 * the content. NULL with the reason: malformed, of another type, or a signer is none of the known. For the caller to
 * free with CMS_ContentInfo_free. This and the next leave OpenSSL's error queue as it comes. */
CMS_ContentInfo *smime_signature_read(struct slice signature, struct smime_known known, struct err *err);

/* Is every signer's signature one over content, by the key of a known certificate? */
bool smime_signature_check(struct smime_signature_tools *tools, CMS_ContentInfo *cms, struct slice content,
                           struct smime_known known, struct err *err);

#endif
