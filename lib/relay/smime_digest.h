/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_digest: the digests a signature may be made with, fetched once: SHA-256 and stronger, of SHA-2 and SHA-3. SHA-1
 * only where the configuration says so (processing.reporting.accept_sha1): agents on systems with OpenSSL 1.0 sign with
 * it. Whoever can choose what a node signs can make a second text with the same signature.
 */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "util/err.h"

enum { SMIME_DIGEST_COUNT = 7 };

struct smime_digest {
    EVP_MD *md[SMIME_DIGEST_COUNT]; /* NULL where this OpenSSL does not have it, or it is not accepted */
};

/* False when OpenSSL has no SHA-256. Close it in either case. */
bool smime_digest_open(struct smime_digest *digest, bool accept_sha1, struct err *err);
void smime_digest_close(struct smime_digest *digest);

/* Finds the digest of the algorithm. NULL with the reason when it is not accepted. */
const EVP_MD *smime_digest_find(const struct smime_digest *digest, const X509_ALGOR *algorithm, struct err *err);
