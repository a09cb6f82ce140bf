/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <openssl/x509.h>
#include <string.h>

#include "metadata_text.h"
#include "relay/shared_file_meta.h"
#include "relay/shared_file_signature.h"
#include "support/signing.h"
#include "support/suite.h"
#include "util/digest.h"

/* A file's metadata by that key, as text. */
static void shared_file_sign(struct buffer *text, EVP_PKEY *key, const EVP_MD *md, const char *name, struct slice file)
{
    unsigned char hash[64], bytes[512];
    char hex[2 * sizeof bytes + 1];
    unsigned hash_len = 0;
    size_t len = sizeof bytes;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char *der = NULL;
    unsigned char base64[1024];
    ck_assert_int_eq(EVP_Digest(file.at, file.len, hash, &hash_len, md, NULL), 1);
    ck_assert_int_eq(EVP_DigestSignInit(context, NULL, md, NULL, key), 1);
    ck_assert_int_eq(EVP_DigestSign(context, bytes, &len, (const unsigned char *)file.at, file.len), 1);
    EVP_MD_CTX_free(context);
    digest_hex(hex, bytes, len, false);
    buffer_add_format(text, HEADER "algorithm=%s\ndigest=%s\n", name, hex);
    digest_hex(hex, hash, hash_len, true);
    int der_len = i2d_PublicKey(key, &der);
    EVP_EncodeBlock(base64, der, der_len);
    OPENSSL_free(der);
    buffer_add_format(text, "hash_value=%s\nshort_pubkey=%s\n" REST, hex, (const char *)base64);
}

static bool shared_file_check(struct buffer *text, struct slice file, struct err *err)
{
    struct shared_file_meta meta;
    ck_assert_msg(shared_file_meta_parse(&meta, buffer_slice(text), err), "%s", err->text);
    struct shared_file_signature *signature = shared_file_signature_new(&meta, err);
    ck_assert_msg(signature != NULL, "%s", err->text);
    for (size_t i = 0; i < file.len; i++) {
        shared_file_signature_add(signature, file.at + i, 1);
    }
    bool good = shared_file_signature_check(signature, &meta, err);
    shared_file_signature_free(signature);
    return good;
}

START_TEST(signatures)
{
    EVP_PKEY *key = signing_rsa_key(2048);
    struct slice file = slice_from_str("a file\n\nof lines");
    for (int sha512 = 0; sha512 <= 1; sha512++) {
        struct buffer text = {0};
        struct err err = {0};
        shared_file_sign(&text, key, sha512 ? EVP_sha512() : EVP_sha256(), sha512 ? "sha512" : "sha256", file);
        ck_assert_msg(shared_file_check(&text, file, &err), "%s", err.text);
        ck_assert(!shared_file_check(&text, slice_from_str("another file"), &err));
        ck_assert_str_eq(err.text, "the file has another hash than the metadata says");
        char *digit = strstr(text.at, "digest=") + strlen("digest=") + 40;
        *digit = *digit == '0' ? '1' : '0';
        ck_assert(!shared_file_check(&text, file, &err));
        ck_assert_str_eq(err.text, "the signature is wrong");
        buffer_free(&text);
    }
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(whose_key)
{
    EVP_PKEY *key = signing_rsa_key(2048);
    struct buffer text = {0};
    struct shared_file_meta meta;
    struct err err = {0};
    unsigned char *der = NULL, hash[64];
    char hex[SHARED_FILE_KEY_HASH_SIZE], listed[160];
    shared_file_sign(&text, key, EVP_sha256(), "sha256", slice_from_str("x"));
    ck_assert(shared_file_meta_parse(&meta, buffer_slice(&text), &err));
    struct shared_file_signature *signature = shared_file_signature_new(&meta, &err);
    int len = i2d_PUBKEY(key, &der);
    for (int sha512 = 0; sha512 <= 1; sha512++) {
        size_t size = sha512 ? 64 : 32;
        EVP_Digest(der, (size_t)len, hash, NULL, sha512 ? EVP_sha512() : EVP_sha256(), NULL);
        digest_hex(hex, hash, size, false);
        snprintf(listed, sizeof listed, "sha%s:%s", sha512 ? "512" : "256", hex);
        ck_assert(shared_file_signature_key_is(signature, slice_from_str(listed)));
        listed[20] = listed[20] == '0' ? '1' : '0';
        ck_assert(!shared_file_signature_key_is(signature, slice_from_str(listed)));
        char own[SHARED_FILE_KEY_HASH_SIZE];
        shared_file_signature_key_hash(signature, sha512 ? DIGEST_SHA512 : DIGEST_SHA256, own);
        ck_assert_str_eq(own, hex);
    }
    ck_assert(!shared_file_signature_key_is(signature, slice_from_str("")));
    ck_assert(!shared_file_signature_key_is(signature, slice_from_str("sha256:")));
    ck_assert(!shared_file_signature_key_is(signature, slice_from_str(hex)));
    shared_file_signature_free(signature);
    ck_assert(shared_file_meta_parse(&meta, slice_from_str(GOOD), &err));
    ck_assert_ptr_null(shared_file_signature_new(&meta, &err));
    OPENSSL_free(der);
    EVP_PKEY_free(key);
    buffer_free(&text);
}
END_TEST

SUITE_MAIN("shared_file_signature", signatures, whose_key)
