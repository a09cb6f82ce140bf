/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_cert: is a node's certificate, given as DER, that of a signer, and what is its key?
 *
 * With OpenSSL 3 d2i_X509 takes twice as long as the RSA verification that follows. So for the usual case (an RSA
 * key, a signer named by issuer and serial number) the three fields are picked from the DER (RFC 5280 section 4.1)
 * and compared byte by byte; every other case is decoded and left to CMS_SignerInfo_cert_cmp.
 */
#ifndef RELAY_SMIME_CERT_H
#define RELAY_SMIME_CERT_H

#include <openssl/cms.h>
#include <openssl/x509.h>

#include "util/slice.h"

/* What the quick way needs, to be kept: making it costs as much as using it. NULL when OpenSSL has no RSA. Freed with
 * EVP_PKEY_CTX_free. */
EVP_PKEY_CTX *smime_cert_key_maker(void);

/* The quick way: the signer's key, for the caller to free. NULL when the certificate is not the signer's, or when
 * that takes smime_cert_decode to tell. */
EVP_PKEY *smime_cert_rsa_key(EVP_PKEY_CTX *maker, struct slice der, CMS_SignerInfo *signer);

/* The way that always works: NULL when the certificate is not the signer's (or is none). For the caller to free. */
X509 *smime_cert_decode(struct slice der, CMS_SignerInfo *signer);

#endif
