/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/x509_key.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "util/buffer.h"
#include "util/digest.h"
#include "util/safe_file.h"

enum { CERTIFICATE_FILE_MAX = 1 << 20 };

int x509_key_no_password(char *password, int size, int writing, void *context)
{
    (void)password;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

X509 *x509_key_read(struct slice certificate)
{
    if (certificate.len > INT_MAX) {
        return NULL;
    }
    BIO *bio = BIO_new_mem_buf(certificate.at, (int)certificate.len);
    X509 *read = bio != NULL ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    if (read == NULL) {
        const unsigned char *at = (const unsigned char *)certificate.at;
        read = d2i_X509(NULL, &at, (long)certificate.len);
    }
    BIO_free(bio);
    ERR_clear_error();
    return read;
}

X509 *x509_key_read_file(const char *path)
{
    struct buffer text = {0};
    X509 *certificate = NULL;
    if (safe_file_read_followed(path, CERTIFICATE_FILE_MAX, &text, NULL)) {
        certificate = x509_key_read(buffer_slice(&text));
    }
    buffer_free(&text);
    return certificate;
}

bool x509_key_digest(X509 *certificate, unsigned char digest[X509_KEY_DIGEST_SIZE])
{
    unsigned char *der = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    if (len <= 0) {
        ERR_clear_error();
        return false;
    }
    digest_sha256(digest, der, (size_t)len);
    OPENSSL_free(der);
    return true;
}
