/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/shared_file_signature.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "util/base64.h"
#include "util/buffer.h"
#include "util/digest.h"
#include "util/xmalloc.h"

enum { SIGNATURE_MAX = 2048 }; /* bytes: RSA of 16384 bits, more than OpenSSL verifies */

struct shared_file_signature {
    EVP_PKEY *key;
    EVP_MD_CTX *digest;
    const EVP_MD *md;
    unsigned char key_sha256[32];
    unsigned char key_sha512[64];
};

static EVP_PKEY *read_key(struct slice base64)
{
    struct buffer der = {0};
    EVP_PKEY *key = NULL;
    if (base64_decode(&der, base64)) {
        const unsigned char *at = (const unsigned char *)der.at;
        key = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)der.len);
        if (key != NULL && at != (const unsigned char *)der.at + der.len) { /* something stands behind it */
            EVP_PKEY_free(key);
            key = NULL;
        }
    }
    buffer_free(&der);
    return key;
}

static bool hash_key(struct shared_file_signature *signature)
{
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(signature->key, &der);
    bool done = len > 0 && EVP_Digest(der, (size_t)len, signature->key_sha256, NULL, EVP_sha256(), NULL) == 1 &&
                EVP_Digest(der, (size_t)len, signature->key_sha512, NULL, EVP_sha512(), NULL) == 1;
    OPENSSL_free(der);
    return done;
}

struct shared_file_signature *shared_file_signature_new(const struct shared_file_meta *meta, struct err *err)
{
    struct shared_file_signature *signature = xcalloc(1, sizeof *signature);
    signature->md = digest_algorithm_md(meta->algorithm);
    signature->digest = EVP_MD_CTX_new();
    signature->key = read_key(meta->short_pubkey);
    if (signature->key == NULL) {
        err_set(err, "short_pubkey is no RSA key");
    } else if (signature->digest == NULL || EVP_DigestInit_ex(signature->digest, signature->md, NULL) != 1 ||
               !hash_key(signature)) {
        err_set(err, "OpenSSL does not begin a digest");
    } else {
        return signature;
    }
    shared_file_signature_free(signature);
    return NULL;
}

void shared_file_signature_free(struct shared_file_signature *signature)
{
    if (signature != NULL) {
        EVP_MD_CTX_free(signature->digest);
        EVP_PKEY_free(signature->key);
        free(signature);
    }
}

void shared_file_signature_key_hash(const struct shared_file_signature *signature, enum digest_algorithm algorithm,
                                    char out[SHARED_FILE_KEY_HASH_SIZE])
{
    bool sha512 = algorithm == DIGEST_SHA512;
    digest_hex(out, sha512 ? signature->key_sha512 : signature->key_sha256, digest_algorithm_size(algorithm), false);
}

static bool hex_is(const unsigned char *bytes, size_t len, struct slice hex)
{
    unsigned char wanted[64];
    return digest_unhex(wanted, len, hex.at, hex.len) && memcmp(wanted, bytes, len) == 0;
}

bool shared_file_signature_key_is(const struct shared_file_signature *signature, struct slice key_hash)
{
    size_t prefix = strlen("sha256:");
    bool sha256 = slice_starts_with(key_hash, "sha256:");
    if (!sha256 && !slice_starts_with(key_hash, "sha512:")) {
        return false;
    }
    struct slice hex = {key_hash.at + prefix, key_hash.len - prefix};
    return sha256 ? hex_is(signature->key_sha256, sizeof signature->key_sha256, hex)
                  : hex_is(signature->key_sha512, sizeof signature->key_sha512, hex);
}

void shared_file_signature_add(struct shared_file_signature *signature, const char *bytes, size_t len)
{
    /* a failure shows at the end: there is no hash then */
    (void)EVP_DigestUpdate(signature->digest, bytes, len);
}

static bool shared_file_signature_verify(const struct shared_file_signature *signature,
                                         const struct shared_file_meta *meta, const unsigned char *hash, size_t len)
{
    unsigned char bytes[SIGNATURE_MAX];
    size_t size = meta->digest.len / 2;
    if (size > sizeof bytes || !digest_unhex(bytes, size, meta->digest.at, meta->digest.len)) {
        return false;
    }
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(signature->key, NULL);
    bool good = context != NULL && EVP_PKEY_verify_init(context) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_CTX_set_signature_md(context, signature->md) == 1 &&
                EVP_PKEY_verify(context, bytes, size, hash, len) == 1;
    EVP_PKEY_CTX_free(context);
    return good;
}

/* One digest of the content serves both: the signature is made over it. */
bool shared_file_signature_check(struct shared_file_signature *signature, const struct shared_file_meta *meta,
                                 struct err *err)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    if (EVP_DigestFinal_ex(signature->digest, hash, &len) != 1) {
        return err_set(err, "OpenSSL does not end the digest");
    }
    if (!hex_is(hash, len, meta->hash_value)) {
        return err_set(err, "the file has another hash than the metadata says");
    }
    return shared_file_signature_verify(signature, meta, hash, len) || err_set(err, "the signature is wrong");
}
