/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "shared-files/shared_file_meta.h"
#include "shared-files/shared_file_name.h"
#include "shared-files/shared_file_signature.h"
#include "support/signing.h"
#include "support/suite.h"
#include "util/digest.h"

#define HASH "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
#define HEADER "header=rudder-signature-v1\n"
#define ALGORITHM "algorithm=sha256\n"
#define DIGEST "digest=00ff\n"
#define HASH_VALUE "hash_value=" HASH "\n"
#define PUBKEY "short_pubkey=AAEC\n"
#define REST "hostname=a.b\nkeydate=2018-10-31 18:21:43\nkeyid=B29D02BB\n"
#define GOOD HEADER ALGORITHM DIGEST HASH_VALUE PUBKEY REST

static bool parses(const char *text)
{
    struct shared_file_meta meta;
    struct err err = {0};
    bool good = shared_file_meta_parse(&meta, slice_from_str(text), &err);
    ck_assert_int_eq(good, err.text[0] == '\0');
    return good;
}

START_TEST(metadata_to_fields_and_back)
{
    struct shared_file_meta meta;
    struct err err;
    struct buffer text = {0};
    ck_assert(shared_file_meta_parse(&meta, slice_from_str(GOOD "expires=77\nother=x\n"), &err));
    ck_assert_int_eq(meta.algorithm, DIGEST_SHA256);
    ck_assert(slice_eq_str(meta.keydate, "2018-10-31 18:21:43"));
    ck_assert_int_eq(meta.expires, 77);
    shared_file_meta_format(&meta, &text);
    ck_assert_str_eq(buffer_cstr(&text), GOOD "expires=77\n");
    ck_assert(shared_file_meta_parse(&meta, slice_from_str(REST PUBKEY HASH_VALUE DIGEST ALGORITHM HEADER), &err));
    ck_assert_int_eq(meta.expires, SHARED_FILE_NO_EXPIRY);
    buffer_clear(&text);
    shared_file_meta_format(&meta, &text);
    ck_assert_str_eq(buffer_cstr(&text), GOOD);
    ck_assert(shared_file_meta_parse(&meta, slice_from_str(GOOD "expires=soon\n"), &err));
    ck_assert_int_eq(meta.expires, SHARED_FILE_NO_EXPIRY);
    buffer_free(&text);
}
END_TEST

START_TEST(what_is_no_metadata)
{
    static const char *const cases[] = {
        "",
        "\n",
        "x",
        ALGORITHM DIGEST HASH_VALUE PUBKEY REST,
        HEADER DIGEST HASH_VALUE PUBKEY REST,
        HEADER ALGORITHM HASH_VALUE PUBKEY REST,
        HEADER ALGORITHM DIGEST PUBKEY REST,
        HEADER ALGORITHM DIGEST HASH_VALUE REST,
        HEADER ALGORITHM DIGEST HASH_VALUE PUBKEY,
        GOOD HEADER,
        GOOD ALGORITHM,
        GOOD DIGEST,
        GOOD HASH_VALUE,
        GOOD PUBKEY,
        GOOD "keyid=x\n",
        GOOD "expires=1\nexpires=2\n",
        GOOD "no sign\n",
        GOOD "=x\n",
        GOOD "\n" GOOD,
        GOOD "x=\001\n",
        GOOD "x=y\r\r\n",
        GOOD "x=\ry\n",
        GOOD "\r\n",
        GOOD "no end",
        "header=rudder-signature-v2\n" ALGORITHM DIGEST HASH_VALUE PUBKEY REST,
        HEADER "algorithm=sha1\n" DIGEST HASH_VALUE PUBKEY REST,
        HEADER "algorithm=sha512\n" DIGEST HASH_VALUE PUBKEY REST, /* the hash is too short for it */
        HEADER ALGORITHM "digest=0\n" HASH_VALUE PUBKEY REST,
        HEADER ALGORITHM "digest=0g\n" HASH_VALUE PUBKEY REST,
        HEADER ALGORITHM "digest=\n" HASH_VALUE PUBKEY REST,
        HEADER ALGORITHM DIGEST "hash_value=" HASH "00\n" PUBKEY REST,
        HEADER ALGORITHM DIGEST HASH_VALUE "short_pubkey=A A=\n" REST,
        HEADER ALGORITHM DIGEST HASH_VALUE "short_pubkey=-----\n" REST,
        HEADER ALGORITHM DIGEST HASH_VALUE PUBKEY "hostname=\nkeydate=1\nkeyid=2\n",
        GOOD "a=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\na=\n",
    };
    ck_assert(parses(GOOD));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_msg(!parses(cases[i]), "%zu: %s", i, cases[i]);
    }
    struct buffer large = {0};
    buffer_add_text(&large, GOOD "long=");
    while (large.len <= SHARED_FILE_META_MAX_SIZE) {
        buffer_add_text(&large, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
    }
    buffer_add_text(&large, "\n");
    ck_assert(!parses(buffer_cstr(&large)));
    buffer_free(&large);
}
END_TEST

/* As files that others have put there do. */
START_TEST(lines_end_in_lf_or_crlf_or_with_the_text)
{
    struct shared_file_meta meta;
    struct err err = {0};
    struct buffer text = {0};
    static const char *const good[] = {
        "header=rudder-signature-v1\r\nalgorithm=sha256\r\ndigest=00ff\r\nhash_value=" HASH "\r\nshort_pubkey=AAEC\r\n"
        "hostname=a.b\r\nkeydate=2018-10-31 18:21:43\r\nkeyid=B29D02BB\r\n",
        HEADER ALGORITHM DIGEST HASH_VALUE PUBKEY "hostname=a.b\nkeydate=2018-10-31 18:21:43\nkeyid=B29D02BB",
        HEADER ALGORITHM DIGEST HASH_VALUE PUBKEY "hostname=a.b\r\nkeydate=2018-10-31 18:21:43\nkeyid=B29D02BB\r",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_msg(shared_file_meta_parse(&meta, slice_from_str(good[i]), &err), "%zu: %s", i, err.text);
        buffer_clear(&text);
        shared_file_meta_format(&meta, &text);
        ck_assert_str_eq(buffer_cstr(&text), GOOD);
    }
    buffer_free(&text);
}
END_TEST

START_TEST(where_metadata_end)
{
    size_t len, skip;
    ck_assert(shared_file_meta_end(slice_from_str("a=b\r\n\r\nfile\n\n"), &len, &skip));
    ck_assert_uint_eq(len, 5);
    ck_assert_uint_eq(skip, 7);
    ck_assert(shared_file_meta_end(slice_from_str("a=b\r\n\r\n"), &len, &skip));
    ck_assert_uint_eq(skip, 7);
    ck_assert(!shared_file_meta_end(slice_from_str("a=b\r\n\r"), &len, &skip)); /* its LF is still to come */
    ck_assert(!shared_file_meta_end(slice_from_str("a=b\r\n"), &len, &skip));
    ck_assert(shared_file_meta_end(slice_from_str("a=b\n\nfile\n\n"), &len, &skip));
    ck_assert_uint_eq(len, 4);
    ck_assert_uint_eq(skip, 5);
    ck_assert(shared_file_meta_end(slice_from_str("\nfile"), &len, &skip));
    ck_assert_uint_eq(len, 0);
    ck_assert_uint_eq(skip, 1);
    ck_assert(!shared_file_meta_end(slice_from_str("a=b\n"), &len, &skip));
    ck_assert(!shared_file_meta_end(slice_from_str(""), &len, &skip));
}
END_TEST

START_TEST(hashes_and_expiry)
{
    struct shared_file_meta meta;
    ck_assert(shared_file_meta_parse(&meta, slice_from_str(GOOD), NULL));
    ck_assert(shared_file_meta_has_hash(&meta, slice_from_str(HASH)));
    ck_assert(shared_file_meta_has_hash(
        &meta, slice_from_str("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789abcdef0123456789")));
    ck_assert(!shared_file_meta_has_hash(&meta, slice_from_str("")));
    ck_assert(!shared_file_meta_has_hash(&meta, slice_from_str(HASH HASH)));
    ck_assert(!shared_file_meta_has_hash(&meta, slice_from_str("0" HASH)));
    ck_assert(!shared_file_meta_expired(&meta, INT64_MAX));
    meta.expires = 100;
    ck_assert(!shared_file_meta_expired(&meta, 99));
    ck_assert(shared_file_meta_expired(&meta, 100));
}
END_TEST

START_TEST(names)
{
    static const char *const bad[] = {"", ".", "..", "a/b", "a b", "a\\b", "a\tb", "\xc3\xa9", "a~", "a:", "a%2e"};
    static const char *const bad_files[] = {"x.metadata", "x.METADATA", ".metadata", ".0123456789abcdef.tmp"};
    struct shared_file_name name;
    struct slice id = slice_from_str("id"), file_id;
    struct err err;
    char long_id[SHARED_FILE_ID_MAX + 2];
    ck_assert(
        shared_file_name_set(&name, slice_from_str("t"), slice_from_str("s-1"), slice_from_str("...a_B.c"), &err));
    ck_assert_str_eq(name.directory, "t/files/s-1");
    ck_assert_str_eq(name.metadata, "...a_B.c.metadata");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct slice it = slice_from_str(bad[i]);
        ck_assert(!shared_file_name_set(&name, it, id, id, &err));
        ck_assert(!shared_file_name_set(&name, id, it, id, &err));
        ck_assert(!shared_file_name_set(&name, id, id, it, &err));
    }
    ck_assert(!shared_file_name_set(&name, id, id, (struct slice){"a\0b", 3}, &err));
    for (size_t i = 0; i < sizeof bad_files / sizeof *bad_files; i++) {
        ck_assert_msg(!shared_file_name_set(&name, id, id, slice_from_str(bad_files[i]), &err), "%s", bad_files[i]);
    }
    memset(long_id, 'a', sizeof long_id);
    ck_assert(shared_file_name_set(&name, id, id, (struct slice){long_id, SHARED_FILE_ID_MAX}, &err));
    ck_assert_uint_eq(strlen(name.metadata), SHARED_FILE_ID_MAX + strlen(".metadata"));
    ck_assert(!shared_file_name_set(&name, id, id, (struct slice){long_id, SHARED_FILE_ID_MAX + 1}, &err));
    ck_assert(!shared_file_name_set(&name, (struct slice){long_id, NODE_ID_SIZE}, id, id, &err));
    ck_assert(shared_file_name_is_metadata("a.metadata", &file_id) && slice_eq_str(file_id, "a"));
    ck_assert(!shared_file_name_is_metadata("metadata", &file_id));
}
END_TEST

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

SUITE_MAIN("shared_file", metadata_to_fields_and_back, what_is_no_metadata, lines_end_in_lf_or_crlf_or_with_the_text,
           where_metadata_end, hashes_and_expiry, names, signatures, whose_key)
