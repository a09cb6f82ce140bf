/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/signing.h"

#include <openssl/bio.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <stdlib.h>

static void signing_require(bool good)
{
    if (!good) {
        ERR_print_errors_fp(stderr);
        abort();
    }
}

static EVP_PKEY *generate(EVP_PKEY_CTX *context)
{
    EVP_PKEY *key = NULL;
    signing_require(EVP_PKEY_keygen(context, &key) == 1);
    EVP_PKEY_CTX_free(context);
    return key;
}

EVP_PKEY *signing_rsa_key(int bits)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
    signing_require(EVP_PKEY_keygen_init(context) == 1 && EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) == 1);
    return generate(context);
}

EVP_PKEY *signing_ec_key(void)
{
    return signing_ec_key_on("P-256");
}

EVP_PKEY *signing_ec_key_on(const char *curve)
{
    EVP_PKEY *key = EVP_EC_gen(curve);
    signing_require(key != NULL);
    return key;
}

EVP_PKEY *signing_dsa_key(void)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_DSA, NULL);
    EVP_PKEY *parameters = NULL;
    signing_require(EVP_PKEY_paramgen_init(context) == 1 && EVP_PKEY_CTX_set_dsa_paramgen_bits(context, 1024) == 1 &&
                    EVP_PKEY_paramgen(context, &parameters) == 1);
    EVP_PKEY_CTX_free(context);
    context = EVP_PKEY_CTX_new(parameters, NULL);
    EVP_PKEY_free(parameters);
    signing_require(EVP_PKEY_keygen_init(context) == 1);
    return generate(context);
}

/* with a key identifier, so that a signer may be named by it */
static void add_key_identifier(X509 *certificate)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, NID_subject_key_identifier, "hash");
    signing_require(extension != NULL && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

struct identity signing_identity(EVP_PKEY *key, const char *uid, long serial)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    signing_require(
        X509_set_version(certificate, 2) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial) == 1 &&
        X509_gmtime_adj(X509_getm_notBefore(certificate), -10 * 86400) != NULL &&
        X509_gmtime_adj(X509_getm_notAfter(certificate), -86400) != NULL &&
        X509_NAME_add_entry_by_NID(name, NID_userId, MBSTRING_UTF8, (const unsigned char *)uid, -1, -1, 0) == 1 &&
        X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1);
    add_key_identifier(certificate);
    signing_require(X509_sign(certificate, key, EVP_sha256()) > 0);
    struct identity identity = {.key = key, .certificate = certificate};
    char node_id[NODE_ID_SIZE];
    signing_require(cert_record_add(&identity.packed, certificate, node_id, NULL) &&
                    cert_record_unpack(buffer_slice(&identity.packed), &identity.record));
    return identity;
}

void signing_identity_free(struct identity *identity)
{
    EVP_PKEY_free(identity->key);
    X509_free(identity->certificate);
    buffer_free(&identity->packed);
    *identity = (struct identity){0};
}

CMS_ContentInfo *signing_start(void)
{
    CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_DETACHED | CMS_BINARY);
    signing_require(cms != NULL);
    return cms;
}

CMS_SignerInfo *signing_add(CMS_ContentInfo *cms, const struct identity *signer, const EVP_MD *md, unsigned int flags)
{
    CMS_SignerInfo *info = CMS_add1_signer(cms, signer->certificate, signer->key, md, flags);
    signing_require(info != NULL);
    return info;
}

void signing_finish(CMS_ContentInfo *cms, struct slice content)
{
    BIO *bio = BIO_new_mem_buf(content.at, (int)content.len);
    signing_require(CMS_final(cms, bio, NULL, CMS_DETACHED | CMS_BINARY) == 1);
    BIO_free(bio);
}

CMS_ContentInfo *signing_sign(const struct identity *signer, const EVP_MD *md, unsigned int flags, struct slice content)
{
    CMS_ContentInfo *cms = signing_start();
    signing_add(cms, signer, md, flags);
    signing_finish(cms, content);
    return cms;
}

void signing_smime(BIO *message, BIO *content, X509 *certificate, EVP_PKEY *key)
{
    const int flags = PKCS7_TEXT | PKCS7_DETACHED | PKCS7_NOCERTS | PKCS7_STREAM | PKCS7_PARTIAL;
    PKCS7 *signature = PKCS7_sign(NULL, NULL, NULL, content, flags);
    signing_require(signature != NULL &&
                    PKCS7_sign_add_signer(signature, certificate, key, EVP_sha256(), flags) != NULL &&
                    SMIME_write_PKCS7(message, signature, content, flags) == 1);
    PKCS7_free(signature);
}

static void add_base64(struct buffer *message, struct slice der, const char *eol)
{
    enum { LINE = 48 }; /* bytes, which are 64 characters */
    for (size_t at = 0; at < der.len; at += LINE) {
        unsigned char line[LINE / 3 * 4 + 1];
        int len = (int)(der.len - at < LINE ? der.len - at : LINE);
        EVP_EncodeBlock(line, (const unsigned char *)der.at + at, len);
        buffer_add_format(message, "%s%s", (const char *)line, eol);
    }
}

void signing_write_der(struct buffer *message, struct slice content, struct slice der, const char *eol)
{
    static const char type[] = "application/x-pkcs7-signature";
    static const char boundary[] = "----0A1B2C3D4E5F60718293A4B5C6D7E8F9";
    buffer_add_format(message, "MIME-Version: 1.0%s", eol);
    buffer_add_format(message, "Content-Type: multipart/signed; protocol=\"%s\"; micalg=\"sha-256\"; ", type);
    buffer_add_format(message, "boundary=\"%s\"%s%s", boundary, eol, eol);
    buffer_add_format(message, "This is an S/MIME signed message%s%s--%s%s", eol, eol, boundary, eol);
    buffer_add(message, content.at, content.len);
    buffer_add_format(message, "%s--%s%sContent-Type: %s; name=\"smime.p7s\"%s", eol, boundary, eol, type, eol);
    buffer_add_format(message, "Content-Transfer-Encoding: base64%s", eol);
    buffer_add_format(message, "Content-Disposition: attachment; filename=\"smime.p7s\"%s%s", eol, eol);
    add_base64(message, der, eol);
    buffer_add_format(message, "%s--%s--%s%s", eol, boundary, eol, eol);
}

void signing_write(struct buffer *message, struct slice content, CMS_ContentInfo *cms, const char *eol)
{
    unsigned char *der = NULL;
    int len = i2d_CMS_ContentInfo(cms, &der);
    signing_require(len > 0);
    signing_write_der(message, content, (struct slice){(const char *)der, (size_t)len}, eol);
    OPENSSL_free(der);
}

void signing_write_envelope(struct buffer *message, struct slice der, const char *eol)
{
    buffer_add_format(message, "MIME-Version: 1.0%s", eol);
    buffer_add_format(message, "Content-Disposition: attachment; filename=\"smime.p7m\"%s", eol);
    buffer_add_format(message, "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\"%s",
                      eol);
    buffer_add_format(message, "Content-Transfer-Encoding: base64%s%s", eol, eol);
    add_base64(message, der, eol);
}

void signing_encrypt(struct buffer *message, STACK_OF(X509) * recipients, const EVP_CIPHER *cipher, unsigned int flags,
                     struct slice content)
{
    BIO *in = BIO_new_mem_buf(content.at, (int)content.len);
    CMS_ContentInfo *cms = CMS_encrypt(recipients, in, cipher, flags | CMS_BINARY);
    unsigned char *der = NULL;
    int len = cms != NULL ? i2d_CMS_ContentInfo(cms, &der) : 0;
    signing_require(len > 0);
    signing_write_envelope(message, (struct slice){(const char *)der, (size_t)len}, "\n");
    OPENSSL_free(der);
    CMS_ContentInfo_free(cms);
    BIO_free(in);
}
