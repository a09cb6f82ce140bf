/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_signature: a detached CMS signature (RFC 5652 section 5) checked against the content and a node's certificates.
 *
 * For every signer the following must hold: it is one of the certificates; the digest is one of smime_digest.h, and the
 * signature algorithm uses the same; with signed attributes there is exactly one content type, data, and exactly one
 * message digest, that of the content, and the signature is over the attributes; without any the signature is over the
 * content. Signature algorithms are those of OpenSSL's CMS: RSA (PKCS #1 v1.5 and PSS), ECDSA.
 */
#pragma once

#include <openssl/cms.h>
#include <stdbool.h>
#include <stddef.h>

#include "relay/cert_record.h"
#include "relay/smime_digest.h"
#include "relay/smime_key.h"
#include "util/err.h"
#include "util/slice.h"

enum { SMIME_MAX_SIGNERS = 8 };

/* Objects that are made once and used for all signatures of a thread. */
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
bool smime_signature_open(struct smime_signature_tools *tools, bool accept_sha1, struct err *err);
void smime_signature_close(struct smime_signature_tools *tools);

/* Reads the signature (DER or BER; anything after it is ignored) and looks up its signers, before any work is spent on
 * the content. NULL with the reason when it is malformed, of another type, or a signer is not known. The caller frees
 * it with CMS_ContentInfo_free. This function and the next do not clear OpenSSL's error queue. */
CMS_ContentInfo *smime_signature_read(struct slice signature, struct smime_known known, struct err *err);

/* Is every signer's signature a valid one over content by the key of a known certificate? */
bool smime_signature_check(struct smime_signature_tools *tools, CMS_ContentInfo *cms, struct slice content,
                           struct smime_known known, struct err *err);
