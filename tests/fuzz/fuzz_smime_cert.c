/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input is a certificate, which may be that of the signer UID=node, serial number 7: whatever the quick way
 * finds, the thorough way must find as well, with the same key.
 */
#include <openssl/err.h>
#include <stdint.h>
#include <stdlib.h>

#include "relay/smime_cert.h"
#include "support/signing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static CMS_SignerInfo *make_signer(unsigned int flags)
{
    struct identity node = signing_identity(signing_ec_key(), "node", 7);
    /* lives as long as the program */
    CMS_ContentInfo *cms = signing_sign(&node, EVP_sha256(), flags, slice_from_str("text"));
    signing_identity_free(&node);
    return sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
}

static void fuzz_smime_cert_compare(struct slice der, EVP_PKEY *quick)
{
    const unsigned char *at = (const unsigned char *)der.at;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
    EVP_PKEY *thorough = certificate != NULL ? X509_get0_pubkey(certificate) : NULL;
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
    if (thorough != NULL && EVP_PKEY_eq(quick, thorough) != 1) {
        abort();
    }
#else
    if (thorough != NULL && EVP_PKEY_cmp(quick, thorough) != 1) {
        abort();
    }
#endif
    X509_free(certificate);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static CMS_SignerInfo *by_serial;
    static CMS_SignerInfo *by_key;
    static EVP_PKEY_CTX *maker;
    if (by_serial == NULL) {
        by_serial = make_signer(CMS_NOCERTS);
        by_key = make_signer(CMS_NOCERTS | CMS_USE_KEYID);
        maker = smime_cert_key_maker();
    }
    struct slice der = {(const char *)data, size};
    EVP_PKEY *key = smime_cert_rsa_key(maker, der, by_serial);
    if (key != NULL) {
        fuzz_smime_cert_compare(der, key);
    }
    EVP_PKEY_free(key);
    X509_free(smime_cert_decode(der, by_serial));
    X509_free(smime_cert_decode(der, by_key));
    if (smime_cert_rsa_key(maker, der, by_key) != NULL) {
        abort(); /* that one takes the extensions to tell */
    }
    ERR_clear_error();
    return 0;
}
