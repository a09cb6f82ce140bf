/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * certificate: node certificates for tests and benchmarks: self-signed, EC, made in no time. Not for real use.
 */
#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "util/buffer.h"
#include "util/xmalloc.h"

/* The subject has a common name and, in this order, each of the uids up to NULL. */
static inline X509 *certificate_make(const char *const *uids)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    EVP_PKEY *key = NULL;
    EVP_PKEY_keygen_init(context);
    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1);
    EVP_PKEY_keygen(context, &key);
    EVP_PKEY_CTX_free(context);
    X509 *certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"a node", -1, -1, 0);
    for (; *uids != NULL; uids++) {
        X509_NAME_add_entry_by_txt(name, "UID", MBSTRING_UTF8, (const unsigned char *)*uids, -1, -1, 0);
    }
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    EVP_PKEY_free(key);
    return certificate;
}

/* Adds a SAN, as a configuration file of OpenSSL has it: "DNS:a.example, IP:127.0.0.1". Before the certificate is
 * written; its signature is not looked at. */
static inline void certificate_add_san(X509 *certificate, const char *names)
{
    X509_EXTENSION *san = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
    X509_add_ext(certificate, san, -1);
    X509_EXTENSION_free(san);
}

/* Makes it longer by `bytes` and a little. The signature then is of something else. */
static inline void certificate_pad(X509 *certificate, size_t bytes)
{
    char *padding = xcalloc(bytes, 1);
    ASN1_IA5STRING *comment = ASN1_IA5STRING_new();
    memset(padding, 'x', bytes);
    ASN1_STRING_set(comment, padding, (int)bytes);
    X509_add1_ext_i2d(certificate, NID_netscape_comment, comment, 0, X509V3_ADD_APPEND);
    ASN1_IA5STRING_free(comment);
    free(padding);
}

static inline void certificate_add_pem(struct buffer *out, X509 *certificate)
{
    char *text;
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate);
    long len = BIO_get_mem_data(bio, &text);
    buffer_add(out, text, (size_t)len);
    BIO_free(bio);
}

/* Appends the DER of a new certificate with this UID; NULL: without. */
static inline void certificate_add_der(struct buffer *out, const char *uid)
{
    X509 *certificate = certificate_make((const char *const[]){uid, NULL});
    unsigned char *der = NULL;
    int len = i2d_X509(certificate, &der);
    buffer_add(out, der, (size_t)len);
    OPENSSL_free(der);
    X509_free(certificate);
}

/* Appends the PEM of a new certificate with this UID; NULL: without. */
static inline void certificate_add(struct buffer *out, const char *uid)
{
    X509 *certificate = certificate_make((const char *const[]){uid, NULL});
    certificate_add_pem(out, certificate);
    X509_free(certificate);
}
