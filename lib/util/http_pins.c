/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/http_pins.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "util/digest.h"
#include "util/safe_file.h"

enum { FILE_MAX = 1 << 20, DIGEST_LEN = 32, BASE64_SIZE = 48 };

static bool add_key_of(struct buffer *pins, X509 *certificate, struct err *err)
{
    unsigned char *der = NULL;
    unsigned char digest[DIGEST_LEN];
    unsigned char text[BASE64_SIZE];
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (len <= 0) {
        ERR_clear_error();
        return err_set(err, "a certificate without a public key");
    }
    digest_sha256(digest, der, (size_t)len);
    OPENSSL_free(der);
    EVP_EncodeBlock(text, digest, DIGEST_LEN);
    buffer_add_format(pins, "%ssha256//%s", pins->len > 0 ? ";" : "", (const char *)text);
    return true;
}

bool http_pins_add(struct buffer *pins, struct slice certificate, struct err *err)
{
    const unsigned char *at = (const unsigned char *)certificate.at;
    X509 *parsed = d2i_X509(NULL, &at, (long)certificate.len);
    bool added = parsed != NULL ? add_key_of(pins, parsed, err) : err_set(err, "no certificate");
    X509_free(parsed);
    ERR_clear_error();
    return added;
}

static size_t add_pem(struct buffer *pins, struct slice text, struct err *err)
{
    BIO *bio = BIO_new_mem_buf(text.at, (int)text.len);
    size_t count = 0;
    X509 *certificate;
    while (bio != NULL && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        count += add_key_of(pins, certificate, err);
        X509_free(certificate);
    }
    BIO_free(bio);
    ERR_clear_error();
    return count;
}

bool http_pins_add_file(struct buffer *pins, const char *path, struct err *err)
{
    struct buffer text = {0};
    struct err ignored;
    bool added = false;
    if (!safe_file_read_followed(path, FILE_MAX, &text, err)) {
        err_prefix(err, "%s", path);
    } else {
        added = add_pem(pins, buffer_slice(&text), &ignored) > 0 || http_pins_add(pins, buffer_slice(&text), &ignored);
        if (!added) {
            err_set(err, "%s: no certificate in it, PEM or DER", path);
        }
    }
    buffer_free(&text);
    return added;
}
