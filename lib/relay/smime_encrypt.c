/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_encrypt.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/err.h>

#include "util/x509_key.h"

X509 *smime_encrypt_recipient(const char *certificate_file, struct err *err)
{
    X509 *certificate = x509_key_read_file(certificate_file);
    if (certificate == NULL) {
        err_set(err, "%s: it is not there or cannot be read, or there is no certificate in it", certificate_file);
        return NULL;
    }
    const EVP_PKEY *key = X509_get0_pubkey(certificate);
    if (key == NULL || (!EVP_PKEY_is_a(key, "RSA") && !EVP_PKEY_is_a(key, "EC"))) {
        err_set(err, "%s: its key is neither RSA nor EC", certificate_file);
        X509_free(certificate);
        certificate = NULL;
    }
    ERR_clear_error();
    return certificate;
}

/* NULL: OpenSSL does not want to. */
static BIO *write_envelope(struct slice content, X509 *recipient)
{
    STACK_OF(X509) *recipients = sk_X509_new_null();
    BIO *in = content.len <= INT_MAX ? BIO_new_mem_buf(content.at, (int)content.len) : NULL;
    BIO *out = BIO_new(BIO_s_mem());
    bool ready = recipients != NULL && in != NULL && out != NULL && sk_X509_push(recipients, recipient) > 0;
    CMS_ContentInfo *envelope = ready ? CMS_encrypt(recipients, in, EVP_aes_256_gcm(), CMS_BINARY) : NULL;
    if (envelope == NULL || SMIME_write_CMS(out, envelope, NULL, CMS_BINARY) != 1) {
        BIO_free(out);
        out = NULL;
    }
    CMS_ContentInfo_free(envelope);
    BIO_free(in);
    sk_X509_free(recipients); /* not the recipient, which is the caller's */
    return out;
}

bool smime_encrypt(struct buffer *out, struct slice content, const char *certificate_file, struct err *err)
{
    X509 *recipient = smime_encrypt_recipient(certificate_file, err);
    if (recipient == NULL) {
        return false;
    }
    BIO *message = write_envelope(content, recipient);
    bool done = message != NULL || err_set(err, "%s: OpenSSL does not encrypt to its key", certificate_file);
    if (done) {
        char *bytes;
        long len = BIO_get_mem_data(message, &bytes);
        buffer_add(out, bytes, (size_t)len);
    }
    BIO_free(message);
    X509_free(recipient);
    ERR_clear_error();
    return done;
}
