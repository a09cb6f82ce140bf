/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_cert.h"

struct der {
    const unsigned char *at;
    const unsigned char *end;
};

struct fields {
    struct der serial; /* whole elements, tag and length too */
    struct der issuer;
    struct der key; /* SubjectPublicKeyInfo, its content */
};

/* Takes one element of definite length from the front of *in. inner may be NULL. */
static bool take(struct der *in, int want_class, int want_tag, struct der *inner, struct der *whole)
{
    const unsigned char *at = in->at;
    long len = 0;
    int tag = 0;
    int class = 0;
    int flags = ASN1_get_object(&at, &len, &tag, &class, in->end - in->at);
    if ((flags & 0x81) != 0 || tag != want_tag || class != want_class) { /* 0x80: malformed, 1: indefinite */
        return false;
    }
    if (whole != NULL) {
        *whole = (struct der){in->at, at + len};
    }
    if (inner != NULL) {
        *inner = (struct der){at, at + len};
    }
    in->at = at + len;
    return true;
}

static bool take_sequence(struct der *in, struct der *inner, struct der *whole)
{
    return take(in, V_ASN1_UNIVERSAL, V_ASN1_SEQUENCE, inner, whole);
}

/* RFC 5280 section 4.1: Certificate and TBSCertificate up to the key. */
static bool read_fields(struct slice certificate, struct fields *fields)
{
    const unsigned char *at = (const unsigned char *)certificate.at;
    struct der in = {at, at + certificate.len};
    struct der outer;
    struct der tbs;
    if (!take_sequence(&in, &outer, NULL) || !take_sequence(&outer, &tbs, NULL)) {
        return false;
    }
    (void)take(&tbs, V_ASN1_CONTEXT_SPECIFIC, 0, NULL, NULL); /* the version, absent in version 1 */
    return take(&tbs, V_ASN1_UNIVERSAL, V_ASN1_INTEGER, NULL, &fields->serial)
           && take_sequence(&tbs, NULL, NULL) /* signature algorithm */
           && take_sequence(&tbs, NULL, &fields->issuer)
           && take_sequence(&tbs, NULL, NULL) /* validity */
           && take_sequence(&tbs, NULL, NULL) /* subject */
           && take_sequence(&tbs, &fields->key, NULL);
}

static bool serial_is(struct der der, const ASN1_INTEGER *wanted)
{
    const unsigned char *at = der.at;
    ASN1_INTEGER *serial = d2i_ASN1_INTEGER(NULL, &at, der.end - der.at);
    bool same = serial != NULL && ASN1_INTEGER_cmp(serial, wanted) == 0;
    ASN1_INTEGER_free(serial);
    return same;
}

static bool issuer_is(struct der der, const X509_NAME *wanted)
{
    const unsigned char *bytes = NULL;
    size_t len = 0;
    return X509_NAME_get0_der((X509_NAME *)wanted, &bytes, &len) == 1 && len == (size_t)(der.end - der.at)
           && memcmp(bytes, der.at, len) == 0;
}

/* NULL unless it is an RSA key in the form that everybody writes. */
static EVP_PKEY *rsa_key(struct der info)
{
    static const unsigned char rsa_encryption[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                                   0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
    struct der algorithm;
    struct der bits;
    if (!take_sequence(&info, NULL, &algorithm) || !take(&info, V_ASN1_UNIVERSAL, V_ASN1_BIT_STRING, &bits, NULL)
        || (size_t)(algorithm.end - algorithm.at) != sizeof rsa_encryption
        || memcmp(algorithm.at, rsa_encryption, sizeof rsa_encryption) != 0 || bits.at == bits.end || *bits.at != 0) {
        return NULL;
    }
    const unsigned char *at = bits.at + 1; /* behind the count of unused bits */
    EVP_PKEY *key = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, bits.end - at);
    if (key != NULL && at != bits.end) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}

static X509 *hold_key(EVP_PKEY *key)
{
    X509 *holder = X509_new();
    if (holder != NULL && X509_set_pubkey(holder, key) != 1) {
        X509_free(holder);
        holder = NULL;
    }
    return holder;
}

static X509 *decode_all(struct slice der, CMS_SignerInfo *signer)
{
    const unsigned char *at = (const unsigned char *)der.at;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
    if (certificate != NULL && CMS_SignerInfo_cert_cmp(signer, certificate) != 0) {
        X509_free(certificate);
        certificate = NULL;
    }
    return certificate;
}

X509 *smime_cert_of_signer(struct slice der, CMS_SignerInfo *signer)
{
    X509_NAME *issuer = NULL;
    ASN1_INTEGER *serial = NULL;
    struct fields fields;
    if (CMS_SignerInfo_get0_signer_id(signer, NULL, &issuer, &serial) != 1 || !read_fields(der, &fields)) {
        return NULL;
    }
    if (issuer != NULL && serial != NULL) {
        if (!serial_is(fields.serial, serial)) {
            return NULL;
        }
        EVP_PKEY *key = issuer_is(fields.issuer, issuer) ? rsa_key(fields.key) : NULL;
        if (key != NULL) {
            X509 *holder = hold_key(key);
            EVP_PKEY_free(key);
            return holder;
        }
    }
    return decode_all(der, signer);
}
