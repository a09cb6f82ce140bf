/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_cert: a node's DER certificate, as far as CMS needs it to check a signer: identity and key.
 *
 * With OpenSSL 3 d2i_X509 takes twice as long as the RSA verification that follows, so for the usual case (an RSA key, a
 * signer named by issuer and serial number) the three fields are picked from the DER and an X509 is made that holds the key
 * alone. Every other case goes through d2i_X509 and CMS_SignerInfo_cert_cmp.
 */
#ifndef RELAY_SMIME_CERT_H
#define RELAY_SMIME_CERT_H

#include <openssl/cms.h>
#include <openssl/x509.h>

#include "util/slice.h"

/* NULL when the certificate is not the signer's (or is none). Else an X509 for CMS_SignerInfo_set1_signer_cert and nothing
 * else, for the caller to free. */
X509 *smime_cert_of_signer(struct slice der, CMS_SignerInfo *signer);

#endif
