/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_signature.h"

#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "relay/smime_cert.h"
#include "relay/smime_rsa.h"

struct check {
    struct smime_signature_tools *tools;
    struct slice content;
    const struct slice *certs;
    size_t count;
};

struct signer {
    CMS_SignerInfo *info;
    X509_ALGOR *signature_algorithm;
    const EVP_MD *md;
    BIO *content_digest;
    bool has_attributes;
};

bool smime_signature_open(struct smime_signature_tools *tools, struct err *err)
{
    *tools = (struct smime_signature_tools){.key_maker = smime_cert_key_maker()};
    if (!smime_digest_open(&tools->digest, err)) {
        return false;
    }
    if (tools->key_maker == NULL) {
        return err_set(err, "OpenSSL does not offer RSA: its installation or configuration is broken");
    }
    return true;
}

void smime_signature_close(struct smime_signature_tools *tools)
{
    smime_digest_close(&tools->digest);
    EVP_PKEY_CTX_free(tools->key_maker);
    *tools = (struct smime_signature_tools){0};
}

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
    const char *reason = ERR_reason_error_string(ERR_peek_error()); /* the first is the cause */
    return reason != NULL ? reason : "no reason given";
}

static bool refuse_unknown_signer(CMS_SignerInfo *signer, size_t count, struct err *err)
{
    X509_NAME *issuer = NULL;
    ASN1_INTEGER *serial = NULL;
    CMS_SignerInfo_get0_signer_id(signer, NULL, &issuer, &serial);
    if (issuer == NULL || serial == NULL) {
        return err_set(err, "the signer (named by key identifier) is not among the node's %zu known certificates",
                       count);
    }
    char name[128] = "";
    X509_NAME_oneline(issuer, name, sizeof name);
    BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
    char *hex = number != NULL ? BN_bn2hex(number) : NULL;
    err_set(err, "the signer (certificate with serial number %.64s of issuer %s) is not among the node's %zu known "
                 "certificates",
            hex != NULL ? hex : "?", name, count);
    OPENSSL_free(hex);
    BN_free(number);
    return false;
}

static bool smime_signature_refuse(struct err *err)
{
    return err_set(err, "the signature does not verify with the key of the node's certificate (OpenSSL: %s)",
                   openssl_reason());
}

enum match { MATCH_NONE, MATCH_BAD, MATCH_GOOD };

/* Is this certificate the signer's, and is the signature one by its key? */
static enum match try_certificate(const struct check *check, struct signer *signer, struct slice der, struct err *err)
{
    ERR_clear_error();
    EVP_PKEY *key = NULL;
    if (smime_rsa_applies(signer->signature_algorithm)) {
        key = smime_cert_rsa_key(check->tools->key_maker, der, signer->info);
    }
    if (key != NULL) {
        EVP_MD_CTX *content = NULL;
        BIO_get_md_ctx(signer->content_digest, &content);
        bool good = smime_rsa_verify(signer->info, key, signer->md, content);
        EVP_PKEY_free(key);
        return good ? MATCH_GOOD : (smime_signature_refuse(err), MATCH_BAD);
    }
    X509 *certificate = smime_cert_decode(der, signer->info);
    if (certificate == NULL) {
        return MATCH_NONE;
    }
    CMS_SignerInfo_set1_signer_cert(signer->info, certificate);
    X509_free(certificate);
    int result = signer->has_attributes ? CMS_SignerInfo_verify(signer->info)
                                        : CMS_SignerInfo_verify_content(signer->info, signer->content_digest);
    return result == 1 ? MATCH_GOOD : (smime_signature_refuse(err), MATCH_BAD);
}

/* Certificates of the same name may stand there several times with different keys: each is tried. */
static bool check_key(const struct check *check, struct signer *signer, struct err *err)
{
    bool known = false;
    for (size_t i = 0; i < check->count; i++) {
        enum match match = try_certificate(check, signer, check->certs[i], err);
        if (match == MATCH_GOOD) {
            return true;
        }
        known = known || match == MATCH_BAD;
    }
    return known ? false : refuse_unknown_signer(signer->info, check->count, err);
}

static bool check_signer(const struct check *check, CMS_SignerInfo *info, struct err *err)
{
    struct signer signer = {.info = info};
    X509_ALGOR *digest_algorithm = NULL;
    CMS_SignerInfo_get0_algs(info, NULL, NULL, &digest_algorithm, &signer.signature_algorithm);
    signer.md = smime_digest_find(&check->tools->digest, digest_algorithm, err);
    if (signer.md == NULL || !algorithms_agree(signer.signature_algorithm, signer.md, err)) {
        return false;
    }
    signer.content_digest = smime_digest_of(&check->tools->digest, signer.md, check->content);
    if (signer.content_digest == NULL) {
        return err_set(err, "OpenSSL cannot digest the content: %s", openssl_reason());
    }
    signer.has_attributes = CMS_signed_get_attr_count(info) >= 0; /* -1: the field is absent */
    if (signer.has_attributes && !check_attributes(info, signer.content_digest, err)) {
        return false;
    }
    return check_key(check, &signer, err);
}

bool smime_signature_check(struct smime_signature_tools *tools, struct slice signature, struct slice content,
                           const struct slice *certs, size_t count, struct err *err)
{
    CMS_ContentInfo *cms = read_signed_data(signature, err);
    if (cms == NULL) {
        return false;
    }
    const struct check check = {tools, content, certs, count};
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
