/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_digest: the digests a signature may be made with (SHA-256 and stronger, of SHA-2 and SHA-3), fetched once.
 */
#ifndef RELAY_SMIME_DIGEST_H
#define RELAY_SMIME_DIGEST_H

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "util/err.h"

enum { SMIME_DIGEST_COUNT = 6 };

struct smime_digest {
    EVP_MD *md[SMIME_DIGEST_COUNT]; /* NULL where this OpenSSL does not have it */
};

/* False when OpenSSL has no SHA-256. Close it in either case. */
bool smime_digest_open(struct smime_digest *digest, struct err *err);
void smime_digest_close(struct smime_digest *digest);

/* Finds the digest of the algorithm. NULL with the reason when it is not accepted. */
const EVP_MD *smime_digest_find(const struct smime_digest *digest, const X509_ALGOR *algorithm, struct err *err);

#endif
