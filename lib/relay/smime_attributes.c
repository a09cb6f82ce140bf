/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_attributes.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <stdlib.h>

#include "util/xmalloc.h"

bool smime_attributes_present(const CMS_SignerInfo *signer)
{
    return CMS_signed_get_attr_count(signer) >= 0; /* -1: the field is absent */
}

/* Exactly one attribute of that name with exactly one value of that type, or NULL. */
static const void *only_value(CMS_SignerInfo *signer, int nid, int type)
{
    return CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(nid), -3, type);
}

static bool is_at_most_once(CMS_SignerInfo *signer, int nid)
{
    int at = CMS_signed_get_attr_by_NID(signer, nid, -1);
    return at < 0 || (CMS_signed_get_attr_by_NID(signer, nid, at) < 0 &&
                      X509_ATTRIBUTE_count(CMS_signed_get_attr(signer, at)) == 1);
}

/* Checks the same as CMS_SignerInfo_verify. */
static bool are_in_place(CMS_SignerInfo *signer)
{
    static const int signed_once[] = {
        NID_pkcs9_contentType,
        NID_pkcs9_messageDigest,
        NID_pkcs9_signingTime,
        NID_id_smime_aa_signingCertificate,
        NID_id_smime_aa_signingCertificateV2,
        NID_id_smime_aa_receiptRequest,
    };
    for (size_t i = 0; i < sizeof signed_once / sizeof *signed_once; i++) {
        if (!is_at_most_once(signer, signed_once[i]) || CMS_unsigned_get_attr_by_NID(signer, signed_once[i], -1) >= 0) {
            return false;
        }
    }
    return CMS_signed_get_attr_by_NID(signer, NID_pkcs9_countersignature, -1) < 0;
}

bool smime_attributes_check(CMS_SignerInfo *signer, struct slice content_digest, struct err *err)
{
    const ASN1_OBJECT *type = only_value(signer, NID_pkcs9_contentType, V_ASN1_OBJECT);
    if (type == NULL || OBJ_obj2nid(type) != NID_pkcs7_data) {
        return err_set(err, "the signature does not have just one content type attribute that says data");
    }
    const ASN1_OCTET_STRING *digest = only_value(signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);
    if (digest == NULL) {
        return err_set(err, "the signature does not have just one message digest attribute");
    }
    if (!are_in_place(signer)) {
        return err_set(err, "the signature has an attribute twice or in a place where it may not be");
    }
    const struct slice said = {(const char *)ASN1_STRING_get0_data(digest), (size_t)ASN1_STRING_length(digest)};
    return slice_eq(said, content_digest) || err_set(err, "the content was altered after signing");
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

bool smime_attributes_digest(CMS_SignerInfo *signer, const EVP_MD *md, unsigned char *digest, unsigned int *len)
{
    size_t encoded = 0;
    unsigned char *der = encode_attributes(signer, &encoded);
    bool good = der != NULL && EVP_Digest(der, encoded, digest, len, md, NULL) == 1;
    free(der);
    return good;
}
