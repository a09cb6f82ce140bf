/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_algorithm: verifies the signature of a digest by a CMS signature algorithm (RFC 3370, RFC 4056, RFC 5753) with
 * only a key.
 *
 * CMS_SignerInfo_verify does the same, but wants a certificate around the key, which costs more than the verification.
 * This accepts exactly what that function accepts: RSA PKCS #1 v1.5, RSA-PSS, ECDSA and DSA.
 */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "util/slice.h"

/* Is `signature` a valid signature by key over a digest made with md? On false OpenSSL's error queue may say why. */
bool smime_algorithm_verify(const X509_ALGOR *algorithm, EVP_PKEY *key, const EVP_MD *md, struct slice digest,
                            const ASN1_OCTET_STRING *signature);
