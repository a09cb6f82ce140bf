/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_rsa: verifies the usual signature, RSA PKCS #1 v1.5, with a key alone. CMS_SignerInfo_verify does the same
 * for every algorithm, but wants an X509 around the key, which costs more than the verification (see smime_cert.h).
 */
#ifndef RELAY_SMIME_RSA_H
#define RELAY_SMIME_RSA_H

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <stdbool.h>

/* Is the signature algorithm rsaEncryption, or one that pairs it with a digest? */
bool smime_rsa_applies(const X509_ALGOR *signature_algorithm);

/* Is the signature one by key over the signed attributes, or, if there are none, over the content? content_digest: a
 * context that has taken in the content with md; it stays as it is. */
bool smime_rsa_verify(CMS_SignerInfo *signer, EVP_PKEY *key, const EVP_MD *md, const EVP_MD_CTX *content_digest);

#endif
