/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_signature.h"

#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "relay/smime_cert.h"

struct check {
    struct smime_digest *digest;
    struct slice content;
    const struct slice *certs;
    size_t count;
};

static bool is_data(const ASN1_OBJECT *type)
{
    return type != NULL && OBJ_obj2nid(type) == NID_pkcs7_data;
}

static CMS_ContentInfo *read_signed_data(struct slice signature, struct err *err)
{
    const unsigned char *at = (const unsigned char *)signature.at;
    const unsigned char *end = at + signature.len;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)signature.len);
    if (cms == NULL || at != end) {
        err_set(err, "the signature is malformed");
    } else if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed) {
        err_set(err, "the signature is not of the type signed-data");
    } else if (CMS_is_detached(cms) != 1) {
        err_set(err, "the signature holds content of its own, so it is not one of a clear-signed message");
    } else if (!is_data(CMS_get0_eContentType(cms))) {
        err_set(err, "the signature is over a content type other than data");
    } else {
        return cms;
    }
    CMS_ContentInfo_free(cms);
    return NULL;
}

/* A signature algorithm that names a digest (sha256WithRSAEncryption) must name the same one. */
static bool algorithms_agree(const X509_ALGOR *signature, const EVP_MD *md, struct err *err)
{
    const ASN1_OBJECT *object = NULL;
    X509_ALGOR_get0(&object, NULL, NULL, signature);
    int named = NID_undef;
    if (OBJ_find_sigid_algs(OBJ_obj2nid(object), &named, NULL) == 1 && named != NID_undef && named != EVP_MD_type(md)) {
        char name[80] = "";
        OBJ_obj2txt(name, sizeof name, object, 0);
        return err_set(err, "signature algorithm %s does not go with digest algorithm %s", name,
                       OBJ_nid2ln(EVP_MD_type(md)));
    }
    return true;
}

/* Exactly one attribute of that name with exactly one value of that type, or NULL. */
static const void *only_value(CMS_SignerInfo *signer, int nid, int type)
{
    return CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(nid), -3, type);
}

static bool check_attributes(CMS_SignerInfo *signer, BIO *content_digest, struct err *err)
{
    if (!is_data(only_value(signer, NID_pkcs9_contentType, V_ASN1_OBJECT))) {
        return err_set(err, "the signature does not have just one content type attribute that says data");
    }
    if (only_value(signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING) == NULL) {
        return err_set(err, "the signature does not have just one message digest attribute");
    }
    if (CMS_SignerInfo_verify_content(signer, content_digest) != 1) { /* compares, since there are attributes */
        return err_set(err, "the content was altered after signing");
    }
    return true;
}

static const char *openssl_reason(void)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason != NULL ? reason : "no reason given";
}

static bool refuse_unknown_signer(CMS_SignerInfo *signer, size_t count, struct err *err)
{
    X509_NAME *issuer = NULL;
    ASN1_INTEGER *serial = NULL;
    CMS_SignerInfo_get0_signer_id(signer, NULL, &issuer, &serial);
    if (issuer == NULL || serial == NULL) {
        return err_set(err, "the signer (named by key identifier) is not among the node's %zu known certificates", count);
    }
    char name[128] = "";
    X509_NAME_oneline(issuer, name, sizeof name);
    BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
    char *hex = number != NULL ? BN_bn2hex(number) : NULL;
    err_set(err, "the signer (certificate with serial number %.64s of issuer %s) is not among the node's %zu known certificates",
            hex != NULL ? hex : "?", name, count);
    OPENSSL_free(hex);
    BN_free(number);
    return false;
}

/* certificates of the same name may stand there several times with different keys: each is tried */
static bool check_key(const struct check *check, CMS_SignerInfo *signer, bool attributes, BIO *content_digest,
                      struct err *err)
{
    bool known = false;
    for (size_t i = 0; i < check->count; i++) {
        X509 *certificate = smime_cert_of_signer(check->certs[i], signer);
        if (certificate == NULL) {
            continue;
        }
        known = true;
        CMS_SignerInfo_set1_signer_cert(signer, certificate);
        X509_free(certificate);
        ERR_clear_error();
        int result = attributes ? CMS_SignerInfo_verify(signer) : CMS_SignerInfo_verify_content(signer, content_digest);
        if (result == 1) {
            return true;
        }
        err_set(err, "the signature does not verify with the key of the node's certificate (OpenSSL: %s)", openssl_reason());
    }
    return known ? false : refuse_unknown_signer(signer, check->count, err);
}

static bool check_signer(const struct check *check, CMS_SignerInfo *signer, struct err *err)
{
    X509_ALGOR *digest_algorithm = NULL;
    X509_ALGOR *signature_algorithm = NULL;
    CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest_algorithm, &signature_algorithm);
    const EVP_MD *md = smime_digest_find(check->digest, digest_algorithm, err);
    if (md == NULL || !algorithms_agree(signature_algorithm, md, err)) {
        return false;
    }
    BIO *content_digest = smime_digest_of(check->digest, md, check->content);
    if (content_digest == NULL) {
        return err_set(err, "OpenSSL cannot digest the content: %s", openssl_reason());
    }
    bool attributes = CMS_signed_get_attr_count(signer) >= 0; /* -1: the field is absent */
    if (attributes && !check_attributes(signer, content_digest, err)) {
        return false;
    }
    return check_key(check, signer, attributes, content_digest, err);
}

bool smime_signature_check(struct smime_digest *digest, struct slice signature, struct slice content,
                           const struct slice *certs, size_t count, struct err *err)
{
    CMS_ContentInfo *cms = read_signed_data(signature, err);
    if (cms == NULL) {
        return false;
    }
    const struct check check = {digest, content, certs, count};
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
    int signer_count = sk_CMS_SignerInfo_num(signers);
    bool good = false;
    if (signer_count < 1) {
        err_set(err, "the signature names no signer");
    } else if (signer_count > SMIME_MAX_SIGNERS) {
        err_set(err, "the signature names %d signers, more than the limit of %d", signer_count, SMIME_MAX_SIGNERS);
    } else {
        good = true;
        for (int i = 0; i < signer_count && good; i++) {
            good = check_signer(&check, sk_CMS_SignerInfo_value(signers, i), err);
        }
    }
    CMS_ContentInfo_free(cms);
    return good;
}
