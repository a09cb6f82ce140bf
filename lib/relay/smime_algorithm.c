/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_algorithm.h"

#include <openssl/asn1t.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>

enum { PSS_SALT_DEFAULT = 20, PSS_TRAILER_DEFAULT = 1 }; /* RFC 4055 section 3.1 */
enum { PSS_SALT_MAX = 2048 };                            /* bytes: the largest key that OpenSSL takes */

static int algorithm_nid(const X509_ALGOR *algorithm)
{
    const ASN1_OBJECT *object = NULL;
    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    return OBJ_obj2nid(object);
}

/* The digest of the algorithm. The default is SHA-1 (RFC 4055 section 3.1). */
static int digest_nid(const X509_ALGOR *algorithm)
{
    return algorithm != NULL ? algorithm_nid(algorithm) : NID_sha1;
}

/* The digest of the mask generation function. NID_undef when that is malformed or not MGF1, the only one defined. */
static int mask_digest_nid(const X509_ALGOR *mask)
{
    if (mask == NULL) {
        return NID_sha1;
    }
    const void *parameter = NULL;
    int type = V_ASN1_UNDEF;
    X509_ALGOR_get0(NULL, &type, &parameter, mask);
    X509_ALGOR *inner = NULL;
    if (algorithm_nid(mask) == NID_mgf1 && type == V_ASN1_SEQUENCE) {
        inner = ASN1_item_unpack(parameter, ASN1_ITEM_rptr(X509_ALGOR));
    }
    int nid = inner != NULL ? algorithm_nid(inner) : NID_undef;
    X509_ALGOR_free(inner);
    return nid;
}

/* Sets the digest of the mask if it is not md, which is OpenSSL's default: fetching another one costs a tenth of a
 * verification. */
static bool set_mask(EVP_PKEY_CTX *context, int nid, const EVP_MD *md)
{
    if (nid == EVP_MD_get_type(md)) {
        return true;
    }
    const EVP_MD *mask = EVP_get_digestbynid(nid);
    return mask != NULL && EVP_PKEY_CTX_set_rsa_mgf1_md(context, mask) == 1;
}

static long small_number(const ASN1_INTEGER *number, long otherwise)
{
    return number != NULL ? ASN1_INTEGER_get(number) : otherwise;
}

static bool apply_pss(EVP_PKEY_CTX *context, const RSA_PSS_PARAMS *pss, const EVP_MD *md)
{
    long salt = small_number(pss->saltLength, PSS_SALT_DEFAULT);
    return digest_nid(pss->hashAlgorithm) == EVP_MD_get_type(md) && salt >= 0 && salt <= PSS_SALT_MAX &&
           small_number(pss->trailerField, PSS_TRAILER_DEFAULT) == PSS_TRAILER_DEFAULT &&
           EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, (int)salt) == 1 &&
           set_mask(context, mask_digest_nid(pss->maskGenAlgorithm), md);
}

static bool set_pss(EVP_PKEY_CTX *context, const X509_ALGOR *algorithm, const EVP_MD *md)
{
    const void *parameter = NULL;
    int type = V_ASN1_UNDEF;
    X509_ALGOR_get0(NULL, &type, &parameter, algorithm);
    RSA_PSS_PARAMS *pss = NULL;
    if (type == V_ASN1_SEQUENCE) {
        pss = ASN1_item_unpack(parameter, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
    }
    bool set = pss != NULL && apply_pss(context, pss, md);
    RSA_PSS_PARAMS_free(pss);
    return set;
}

/* Is it rsaEncryption, or an algorithm that combines it with a digest, as some implementations write? */
static bool is_pkcs1(int nid)
{
    int key = NID_undef;
    return nid == NID_rsaEncryption || (OBJ_find_sigid_algs(nid, NULL, &key) == 1 && key == NID_rsaEncryption);
}

static bool set_rsa(EVP_PKEY_CTX *context, const EVP_PKEY *key, const X509_ALGOR *algorithm, const EVP_MD *md)
{
    int nid = algorithm_nid(algorithm);
    if (nid == NID_rsassaPss) {
        return set_pss(context, algorithm, md);
    }
    return is_pkcs1(nid) && !EVP_PKEY_is_a(key, "RSA-PSS"); /* an RSA-PSS key may only be used for PSS */
}

/* Sets up the context for the algorithm. With EC and DSA keys CMS ignores the algorithm's name: there is only one way
 * to verify. */
static bool set_algorithm(EVP_PKEY_CTX *context, const EVP_PKEY *key, const X509_ALGOR *algorithm, const EVP_MD *md)
{
    if (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS")) {
        return set_rsa(context, key, algorithm, md);
    }
    return EVP_PKEY_is_a(key, "EC") || EVP_PKEY_is_a(key, "DSA");
}

bool smime_algorithm_verify(const X509_ALGOR *algorithm, EVP_PKEY *key, const EVP_MD *md, struct slice digest,
                            const ASN1_OCTET_STRING *signature)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bool good = context != NULL && EVP_PKEY_verify_init(context) == 1 &&
                EVP_PKEY_CTX_set_signature_md(context, md) == 1 && set_algorithm(context, key, algorithm, md) &&
                EVP_PKEY_verify(context, ASN1_STRING_get0_data(signature), (size_t)ASN1_STRING_length(signature),
                                (const unsigned char *)digest.at, digest.len) == 1;
    EVP_PKEY_CTX_free(context);
    return good;
}
