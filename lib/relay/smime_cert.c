/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_cert.h"

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/opensslv.h>
#include <openssl/rsa.h>
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
#include <openssl/core_names.h>
#include <openssl/params.h>
#endif

enum { LARGEST_NUMBER = 2049 }; /* bytes: OpenSSL takes RSA keys of 16384 bits, and DER may need a leading zero */

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
static bool smime_cert_take(struct der *in, int want_class, int want_tag, struct der *inner, struct der *whole)
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
    return smime_cert_take(in, V_ASN1_UNIVERSAL, V_ASN1_SEQUENCE, inner, whole);
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
    (void)smime_cert_take(&tbs, V_ASN1_CONTEXT_SPECIFIC, 0, NULL, NULL); /* the version, absent in version 1 */
    return smime_cert_take(&tbs, V_ASN1_UNIVERSAL, V_ASN1_INTEGER, NULL, &fields->serial)
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

/* A positive INTEGER of a sane size, NULL for anything else. */
static BIGNUM *smime_cert_take_number(struct der *in)
{
    struct der digits;
    if (!smime_cert_take(in, V_ASN1_UNIVERSAL, V_ASN1_INTEGER, &digits, NULL) || digits.at == digits.end ||
        *digits.at >= 0x80 || digits.end - digits.at > LARGEST_NUMBER) {
        return NULL;
    }
    return BN_bin2bn(digits.at, (int)(digits.end - digits.at), NULL);
}

#if OPENSSL_VERSION_NUMBER >= 0x30000000L
EVP_PKEY_CTX *smime_cert_key_maker(void)
{
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    if (maker != NULL && EVP_PKEY_fromdata_init(maker) != 1) {
        EVP_PKEY_CTX_free(maker);
        maker = NULL;
    }
    return maker;
}

/* What d2i_PublicKey makes is of the old kind, which OpenSSL 3 converts at the first use, for a fifth of a
 * verification. */
static EVP_PKEY *make_key(EVP_PKEY_CTX *maker, const BIGNUM *modulus, const BIGNUM *exponent)
{
    unsigned char n[LARGEST_NUMBER];
    unsigned char e[LARGEST_NUMBER];
    int n_len = BN_num_bytes(modulus);
    int e_len = BN_num_bytes(exponent);
    BN_bn2nativepad(modulus, n, n_len);
    BN_bn2nativepad(exponent, e, e_len);
    OSSL_PARAM params[] = {OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, n, (size_t)n_len),
                           OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e, (size_t)e_len),
                           OSSL_PARAM_construct_end()};
    EVP_PKEY *key = NULL;
    (void)EVP_PKEY_fromdata(maker, &key, EVP_PKEY_PUBLIC_KEY, params); /* key stays NULL if it fails */
    return key;
}
#else
EVP_PKEY_CTX *smime_cert_key_maker(void)
{
    return EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL); /* not needed, but NULL means failure */
}

static EVP_PKEY *make_key(EVP_PKEY_CTX *maker, const BIGNUM *modulus, const BIGNUM *exponent)
{
    (void)maker;
    EVP_PKEY *key = EVP_PKEY_new();
    RSA *rsa = RSA_new();
    if (key == NULL || rsa == NULL || RSA_set0_key(rsa, BN_dup(modulus), BN_dup(exponent), NULL) != 1
        || EVP_PKEY_assign_RSA(key, rsa) != 1) {
        RSA_free(rsa);
        EVP_PKEY_free(key);
        return NULL;
    }
    return key;
}
#endif

/* NULL unless it is an RSA key in the form that everybody writes (RFC 3279 section 2.3.1). */
static EVP_PKEY *read_rsa_key(EVP_PKEY_CTX *maker, struct der info)
{
    static const unsigned char rsa_encryption[] = {0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                                   0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
    struct der algorithm;
    struct der bits;
    struct der numbers;
    if (!take_sequence(&info, NULL, &algorithm) ||
        !smime_cert_take(&info, V_ASN1_UNIVERSAL, V_ASN1_BIT_STRING, &bits, NULL) ||
        (size_t)(algorithm.end - algorithm.at) != sizeof rsa_encryption ||
        memcmp(algorithm.at, rsa_encryption, sizeof rsa_encryption) != 0 || bits.at == bits.end || *bits.at != 0) {
        return NULL;
    }
    bits.at++; /* the count of unused bits */
    if (!take_sequence(&bits, &numbers, NULL)) {
        return NULL;
    }
    BIGNUM *modulus = smime_cert_take_number(&numbers);
    BIGNUM *exponent = smime_cert_take_number(&numbers);
    EVP_PKEY *key = modulus != NULL && exponent != NULL ? make_key(maker, modulus, exponent) : NULL;
    BN_free(modulus);
    BN_free(exponent);
    return key;
}

EVP_PKEY *smime_cert_rsa_key(EVP_PKEY_CTX *maker, struct slice der, CMS_SignerInfo *signer)
{
    X509_NAME *issuer = NULL;
    ASN1_INTEGER *serial = NULL;
    struct fields fields;
    if (CMS_SignerInfo_get0_signer_id(signer, NULL, &issuer, &serial) != 1 || issuer == NULL || serial == NULL
        || !read_fields(der, &fields) || !serial_is(fields.serial, serial) || !issuer_is(fields.issuer, issuer)) {
        return NULL;
    }
    return read_rsa_key(maker, fields.key);
}

X509 *smime_cert_decode(struct slice der, CMS_SignerInfo *signer)
{
    ASN1_INTEGER *serial = NULL;
    struct fields fields;
    if (CMS_SignerInfo_get0_signer_id(signer, NULL, NULL, &serial) != 1 || !read_fields(der, &fields)
        || (serial != NULL && !serial_is(fields.serial, serial))) { /* spares the costly part */
        return NULL;
    }
    const unsigned char *at = (const unsigned char *)der.at;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.len);
    if (certificate != NULL && CMS_SignerInfo_cert_cmp(signer, certificate) != 0) {
        X509_free(certificate);
        certificate = NULL;
    }
    return certificate;
}
