/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/http_pins.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "util/safe_file.h"
#include "util/x509_key.h"

enum { FILE_MAX = 1 << 20, BASE64_SIZE = 48 };

void http_pins_add(struct buffer *pins, const void *digest)
{
    unsigned char text[BASE64_SIZE];
    EVP_EncodeBlock(text, digest, X509_KEY_DIGEST_SIZE);
    buffer_add_format(pins, "%ssha256//%s", pins->len > 0 ? ";" : "", (const char *)text);
}

/* Adds the pin of the certificate and frees it. Returns how many pins were added. */
static size_t add_certificate_pin(struct buffer *pins, X509 *certificate)
{
    unsigned char digest[X509_KEY_DIGEST_SIZE];
    bool added = certificate != NULL && x509_key_digest(certificate, digest);
    if (added) {
        http_pins_add(pins, digest);
    }
    X509_free(certificate);
    return added;
}

static size_t add_pem(struct buffer *pins, struct slice text)
{
    BIO *bio = BIO_new_mem_buf(text.at, (int)text.len);
    size_t count = 0;
    X509 *certificate;
    while (bio != NULL && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
        count += add_certificate_pin(pins, certificate);
    }
    BIO_free(bio);
    ERR_clear_error();
    return count;
}

bool http_pins_add_file(struct buffer *pins, const char *path, struct err *err)
{
    struct buffer text = {0};
    bool added = false;
    if (!safe_file_read_followed(path, FILE_MAX, &text, err)) {
        err_prefix(err, "%s", path);
    } else {
        added =
            add_pem(pins, buffer_slice(&text)) > 0 || add_certificate_pin(pins, x509_key_read(buffer_slice(&text))) > 0;
        if (!added) {
            err_set(err, "%s: no certificate in it, PEM or DER", path);
        }
    }
    buffer_free(&text);
    return added;
}
