/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/runlog_seal.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "relay/cert_node_id.h"
#include "relay/smime_encrypt.h"
#include "util/safe_file.h"
#include "util/x509_key.h"
#include "util/xmalloc.h"

enum { KEY_FILE_MAX = 1 << 16 /* bytes */, GZIP_WINDOW = 15 + 16, GZIP_MEMORY = 8 };

struct run_signer {
    EVP_PKEY *key;
    X509 *certificate;
};

static void run_signer_free(struct run_signer *signer)
{
    EVP_PKEY_free(signer->key);
    X509_free(signer->certificate);
    ERR_clear_error();
}

static bool read_signing_key(struct run_signer *signer, const char *path, struct err *err)
{
    struct buffer text = {0};
    if (!safe_file_read_followed(path, KEY_FILE_MAX, &text, err)) {
        return false;
    }
    BIO *bio = BIO_new_mem_buf(text.at, (int)text.len);
    signer->key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, x509_key_no_password, NULL) : NULL;
    BIO_free(bio);
    OPENSSL_cleanse(text.at, text.len);
    buffer_free(&text);
    return signer->key != NULL || err_set(err, "%s: there is no key in it, or one with a password", path);
}

static bool read_certificate(struct run_signer *signer, const char *path, const char *node_id, struct err *err)
{
    char of[NODE_ID_SIZE];
    signer->certificate = x509_key_read_file(path);
    if (signer->certificate == NULL) {
        return err_set(err, "%s: it is not there, or there is no certificate in it", path);
    }
    if (!cert_node_id(signer->certificate, "", of, err)) {
        return err_prefix(err, "%s", path);
    }
    if (strcmp(of, node_id) != 0) {
        return err_set(err, "%s: it is the certificate of %s", path, of);
    }
    return X509_check_private_key(signer->certificate, signer->key) == 1 ||
           err_set(err, "%s: the key beside it is another one's", path);
}

static bool run_signer_read(struct run_signer *signer, const char *directory, const char *node_id, struct err *err)
{
    char *key = xasprintf("%s/%s.key", directory, node_id);
    char *certificate = xasprintf("%s/%s.cert", directory, node_id);
    *signer = (struct run_signer){0};
    bool done = read_signing_key(signer, key, err) && read_certificate(signer, certificate, node_id, err);
    free(key);
    free(certificate);
    return done;
}

/* As the command openssl smime does it. NULL: OpenSSL does not want to. */
static BIO *sign_log(const struct run_signer *signer, struct slice log)
{
    const int flags = PKCS7_TEXT | PKCS7_DETACHED | PKCS7_NOCERTS | PKCS7_STREAM | PKCS7_PARTIAL;
    BIO *in = BIO_new_mem_buf(log.at, (int)log.len);
    BIO *out = BIO_new(BIO_s_mem());
    PKCS7 *signature = PKCS7_sign(NULL, NULL, NULL, in, flags);
    bool done = in != NULL && out != NULL && signature != NULL &&
                PKCS7_sign_add_signer(signature, signer->certificate, signer->key, EVP_sha256(), flags) != NULL &&
                SMIME_write_PKCS7(out, signature, in, flags) == 1;
    PKCS7_free(signature);
    BIO_free(in);
    if (!done) {
        BIO_free(out);
        out = NULL;
    }
    return out;
}

static bool compress_log(struct buffer *out, struct slice message, struct err *err)
{
    z_stream stream = {0};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        return err_set(err, "zlib does not want to compress");
    }
    const uLong room = deflateBound(&stream, message.len);
    stream.next_in = (Bytef *)(uintptr_t)message.at;
    stream.avail_in = (uInt)message.len;
    stream.next_out = (Bytef *)buffer_reserve(out, room);
    stream.avail_out = (uInt)room;
    const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    out->len += whole ? stream.total_out : 0;
    deflateEnd(&stream);
    return whole || err_set(err, "zlib has not compressed all of it");
}

static bool add_signed(struct buffer *out, struct slice log, const struct runlog_seal *seal, struct err *err)
{
    struct run_signer signer;
    BIO *message = NULL;
    bool done = run_signer_read(&signer, seal->keys_directory, seal->node_id, err);
    if (done) {
        message = sign_log(&signer, log);
        done = message != NULL || err_set(err, "OpenSSL does not sign with the key of %s", seal->node_id);
    }
    if (done) {
        char *bytes;
        long len = BIO_get_mem_data(message, &bytes);
        done = compress_log(out, (struct slice){bytes, (size_t)len}, err);
    }
    BIO_free(message);
    run_signer_free(&signer);
    return done;
}

bool runlog_seal(struct buffer *out, struct slice log, const struct runlog_seal *seal, struct err *err)
{
    struct buffer packed = {0};
    struct buffer encrypted = {0};
    if (seal->encrypt_to[0] == '\0') {
        return add_signed(out, log, seal, err);
    }
    bool done = add_signed(&packed, log, seal, err) &&
                smime_encrypt(&encrypted, buffer_slice(&packed), seal->encrypt_to, err) &&
                compress_log(out, buffer_slice(&encrypted), err); /* of base64 a quarter goes */
    buffer_free(&packed);
    buffer_free(&encrypted);
    return done;
}

bool runlog_seal_check(const struct runlog_seal *seal, struct err *err)
{
    struct run_signer signer;
    bool done = run_signer_read(&signer, seal->keys_directory, seal->node_id, err);
    run_signer_free(&signer);
    return done;
}
