/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_rsa.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "util/xmalloc.h"

bool smime_rsa_applies(const X509_ALGOR *signature_algorithm)
{
    const ASN1_OBJECT *object = NULL;
    X509_ALGOR_get0(&object, NULL, NULL, signature_algorithm);
    int nid = OBJ_obj2nid(object);
    int key = NID_undef;
    return nid == NID_rsaEncryption || (OBJ_find_sigid_algs(nid, NULL, &key) == 1 && key == NID_rsaEncryption);
}

/* RFC 5652 section 5.4: what is signed is the DER of the attributes with the tag of a SET, in their order. */
static unsigned char *encode_attributes(CMS_SignerInfo *signer, size_t *len)
{
    int count = CMS_signed_get_attr_count(signer);
    int inner = 0;
    for (int i = 0; i < count; i++) {
        int one = i2d_X509_ATTRIBUTE(CMS_signed_get_attr(signer, i), NULL);
        if (one < 0) {
            return NULL;
        }
        inner += one;
    }
    *len = (size_t)ASN1_object_size(1, inner, V_ASN1_SET);
    unsigned char *der = xmalloc(*len);
    unsigned char *at = der;
    ASN1_put_object(&at, 1, inner, V_ASN1_SET, V_ASN1_UNIVERSAL);
    for (int i = 0; i < count; i++) {
        i2d_X509_ATTRIBUTE(CMS_signed_get_attr(signer, i), &at);
    }
    return der;
}

static bool digest_attributes(CMS_SignerInfo *signer, const EVP_MD *md, unsigned char *digest, unsigned int *digest_len)
{
    size_t len = 0;
    unsigned char *der = encode_attributes(signer, &len);
    bool good = der != NULL && EVP_Digest(der, len, digest, digest_len, md, NULL) == 1;
    free(der);
    return good;
}

static bool digest_content(const EVP_MD_CTX *content_digest, unsigned char *digest, unsigned int *digest_len)
{
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    bool good = EVP_MD_CTX_copy_ex(copy, content_digest) == 1 && EVP_DigestFinal_ex(copy, digest, digest_len) == 1;
    EVP_MD_CTX_free(copy);
    return good;
}

bool smime_rsa_verify(CMS_SignerInfo *signer, EVP_PKEY *key, const EVP_MD *md, const EVP_MD_CTX *content_digest)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_len = 0;
    bool digested = CMS_signed_get_attr_count(signer) >= 0 ? digest_attributes(signer, md, digest, &digest_len)
                                                           : digest_content(content_digest, digest, &digest_len);
    const ASN1_OCTET_STRING *signature = CMS_SignerInfo_get0_signature(signer);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bool good = digested && context != NULL && EVP_PKEY_verify_init(context) == 1
                && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
                && EVP_PKEY_CTX_set_signature_md(context, md) == 1
                && EVP_PKEY_verify(context, ASN1_STRING_get0_data(signature), (size_t)ASN1_STRING_length(signature),
                                   digest, digest_len) == 1;
    EVP_PKEY_CTX_free(context);
    return good;
}
