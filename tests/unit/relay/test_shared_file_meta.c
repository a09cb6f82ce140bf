/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metadata_text.h"
#include "relay/shared_file_meta.h"
#include "support/suite.h"
#include "util/digest.h"

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

SUITE_MAIN("shared_file_meta", metadata_to_fields_and_back, what_is_no_metadata,
           lines_end_in_lf_or_crlf_or_with_the_text, where_metadata_end, hashes_and_expiry)
