/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_signature.h"

#include <openssl/bn.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "relay/smime_algorithm.h"
#include "relay/smime_attributes.h"

bool smime_signature_open(struct smime_signature_tools *tools, bool accept_sha1, struct err *err)
{
    *tools = (struct smime_signature_tools){0};
    return smime_digest_open(&tools->digest, accept_sha1, err) && smime_key_open(&tools->keys, err);
}

void smime_signature_close(struct smime_signature_tools *tools)
{
    smime_digest_close(&tools->digest);
    smime_key_close(&tools->keys);
}

/* ---- reading ---- */

/* Does the certificate have this issuer? Most signers name a certificate by issuer and serial number. Names that differ
 * only in encoding are the same. */
static bool issuer_is(const struct cert_record *certificate, X509_NAME *wanted)
{
    const unsigned char *bytes = NULL;
    size_t len = 0;
    if (X509_NAME_get0_der(wanted, &bytes, &len) == 1 &&
        slice_eq(certificate->issuer, (struct slice){(const char *)bytes, len})) {
        return true;
    }
    const unsigned char *at = (const unsigned char *)certificate->issuer.at;
    X509_NAME *issuer = d2i_X509_NAME(NULL, &at, (long)certificate->issuer.len);
    bool same = issuer != NULL && X509_NAME_cmp(issuer, wanted) == 0;
    X509_NAME_free(issuer);
    return same;
}

static bool serial_is(const struct cert_record *certificate, const ASN1_INTEGER *wanted)
{
    unsigned char *der = NULL;
    int len = i2d_ASN1_INTEGER(wanted, &der);
    bool same = len > 0 && slice_eq(certificate->serial, (struct slice){(const char *)der, (size_t)len});
    OPENSSL_free(der);
    return same;
}

static bool key_id_is(const struct cert_record *certificate, const ASN1_OCTET_STRING *wanted)
{
    const struct slice id = {(const char *)ASN1_STRING_get0_data(wanted), (size_t)ASN1_STRING_length(wanted)};
    return certificate->key_id.len > 0 && slice_eq(certificate->key_id, id);
}

static bool is_certificate_of(const struct cert_record *certificate, CMS_SignerInfo *signer)
{
    ASN1_OCTET_STRING *key_id = NULL;
    X509_NAME *issuer = NULL;
    ASN1_INTEGER *serial = NULL;
    if (CMS_SignerInfo_get0_signer_id(signer, &key_id, &issuer, &serial) != 1) {
        return false;
    }
    return key_id != NULL ? key_id_is(certificate, key_id)
                          : serial_is(certificate, serial) && issuer_is(certificate, issuer);
}

static bool refuse_signer(CMS_SignerInfo *signer, size_t count, struct err *err)
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
    err_set(err,
            "the signer (certificate with serial number %.64s of issuer %s) is not among the node's %zu known "
            "certificates",
            hex != NULL ? hex : "?", name, count);
    OPENSSL_free(hex);
    BN_free(number);
    return false;
}

static bool know_signer(CMS_SignerInfo *signer, struct smime_known known, struct err *err)
{
    for (size_t i = 0; i < known.count; i++) {
        if (is_certificate_of(&known.certificates[i], signer)) {
            return true;
        }
    }
    return refuse_signer(signer, known.count, err);
}

static bool know_signers(STACK_OF(CMS_SignerInfo) * signers, struct smime_known known, struct err *err)
{
    int count = sk_CMS_SignerInfo_num(signers);
    if (count < 1) {
        return err_set(err, "the signature names no signer");
    }
    if (count > SMIME_MAX_SIGNERS) {
        return err_set(err, "the signature names %d signers, more than the limit of %d", count, SMIME_MAX_SIGNERS);
    }
    for (int i = 0; i < count; i++) {
        if (!know_signer(sk_CMS_SignerInfo_value(signers, i), known, err)) {
            return false;
        }
    }
    return true;
}

static bool is_signed_data(CMS_ContentInfo *cms, struct err *err)
{
    if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed) {
        return err_set(err, "the signature is not of the type signed-data");
    }
    if (CMS_is_detached(cms) != 1) {
        return err_set(err, "the signature holds content of its own, so it is not one of a clear-signed message");
    }
    const ASN1_OBJECT *type = CMS_get0_eContentType(cms);
    return (type != NULL && OBJ_obj2nid(type) == NID_pkcs7_data) ||
           err_set(err, "the signature is over a content type other than data");
}

CMS_ContentInfo *smime_signature_read(struct slice signature, struct smime_known known, struct err *err)
{
    const unsigned char *at = (const unsigned char *)signature.at;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)signature.len);
    if (cms == NULL) {
        err_set(err, "the signature is malformed");
    } else if (!is_signed_data(cms, err) || !know_signers(CMS_get0_SignerInfos(cms), known, err)) {
        CMS_ContentInfo_free(cms);
        cms = NULL;
    }
    return cms;
}

/* ---- checking ---- */

struct check {
    struct smime_signature_tools *tools;
    struct slice content;
    struct smime_known known;
};

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

/* Computes the digest that was signed: that of the attributes, if there are any, after checking them against the
 * content; otherwise that of the content. */
static bool digest_signed(const struct check *check, CMS_SignerInfo *signer, const EVP_MD *md, unsigned char *digest,
                          unsigned int *len, struct err *err)
{
    bool good = EVP_Digest(check->content.at, check->content.len, digest, len, md, NULL) == 1;
    if (good && smime_attributes_present(signer)) {
        if (!smime_attributes_check(signer, (struct slice){(const char *)digest, *len}, err)) {
            return false;
        }
        good = smime_attributes_digest(signer, md, digest, len);
    }
    return good || err_set(err, "OpenSSL cannot digest the content");
}

static bool is_by_key(const struct check *check, CMS_SignerInfo *signer, const EVP_MD *md, struct slice digest,
                      const struct cert_record *certificate)
{
    X509_ALGOR *algorithm = NULL;
    CMS_SignerInfo_get0_algs(signer, NULL, NULL, NULL, &algorithm);
    EVP_PKEY *key = smime_key_make(&check->tools->keys, certificate);
    bool good =
        key != NULL && smime_algorithm_verify(algorithm, key, md, digest, CMS_SignerInfo_get0_signature(signer));
    EVP_PKEY_free(key);
    return good;
}

/* Checks the signer against the known certificates. Several may have the same name and different keys: each is tried.
 */
static bool check_by_known(const struct check *check, CMS_SignerInfo *signer, const EVP_MD *md, struct slice digest,
                           struct err *err)
{
    ERR_clear_error();
    for (size_t i = 0; i < check->known.count; i++) {
        const struct cert_record *certificate = &check->known.certificates[i];
        if (is_certificate_of(certificate, signer) && is_by_key(check, signer, md, digest, certificate)) {
            return true;
        }
    }
    const char *reason = ERR_reason_error_string(ERR_peek_error()); /* the first error is the cause */
    return err_set(err, "the signature does not verify with the key of the node's certificate (OpenSSL: %s)",
                   reason != NULL ? reason : "no reason given");
}

static bool check_signer(const struct check *check, CMS_SignerInfo *signer, struct err *err)
{
    X509_ALGOR *digest_algorithm = NULL;
    X509_ALGOR *signature_algorithm = NULL;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    CMS_SignerInfo_get0_algs(signer, NULL, NULL, &digest_algorithm, &signature_algorithm);
    const EVP_MD *md = smime_digest_find(&check->tools->digest, digest_algorithm, err);
    return md != NULL && algorithms_agree(signature_algorithm, md, err) &&
           digest_signed(check, signer, md, digest, &len, err) &&
           check_by_known(check, signer, md, (struct slice){(const char *)digest, len}, err);
}

bool smime_signature_check(struct smime_signature_tools *tools, CMS_ContentInfo *cms, struct slice content,
                           struct smime_known known, struct err *err)
{
    const struct check check = {tools, content, known};
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
    bool good = true;
    for (int i = 0; good && i < sk_CMS_SignerInfo_num(signers); i++) {
        good = check_signer(&check, sk_CMS_SignerInfo_value(signers, i), err);
    }
    return good;
}
