/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "support/suite.h"
#include "util/digest.h"

START_TEST(hex_in_both_cases)
{
    const unsigned char bytes[] = {0x00, 0x1f, 0xa0, 0xff};
    char text[9];
    digest_hex(text, bytes, sizeof bytes, false);
    ck_assert_str_eq(text, "001fa0ff");
    digest_hex(text, bytes, sizeof bytes, true);
    ck_assert_str_eq(text, "001FA0FF");
    digest_hex(text, bytes, 0, true);
    ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(unhex_takes_exactly_the_digits)
{
    unsigned char out[4];
    ck_assert(digest_unhex(out, 4, "001fA0Ff", 8));
    ck_assert_mem_eq(out, "\x00\x1f\xa0\xff", 4);
    ck_assert(digest_unhex(out, 0, "", 0));
    ck_assert(!digest_unhex(out, 4, "001fA0F", 7));
    ck_assert(!digest_unhex(out, 4, "001fA0Ff0", 9));
    ck_assert(!digest_unhex(out, 4, "001fA0Ff00", 10));
    const char *const bad[] = {"/0",
                               ":0",
                               "@0",
                               "G0",
                               "`0",
                               "g0",
                               " 0",
                               "0x",
                               ("\xe1"
                                "0")};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(!digest_unhex(out, 1, bad[i], 2), "%s", bad[i]);
    }
}
END_TEST

START_TEST(sha256_of_known_texts)
{
    unsigned char out[32];
    char hex[65];
    digest_sha256(out, "abc", 3); /* FIPS 180-4 */
    digest_hex(hex, out, sizeof out, false);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    digest_sha256(out, "", 0);
    digest_hex(hex, out, sizeof out, false);
    ck_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

START_TEST(algorithms_by_name)
{
    static const enum digest_algorithm all[] = {DIGEST_SHA256, DIGEST_SHA512};
    static const char *const names[] = {"sha256", "sha512"};
    for (size_t i = 0; i < 2; i++) {
        enum digest_algorithm found = all[1 - i];
        ck_assert(digest_algorithm_parse(slice_from_str(names[i]), &found));
        ck_assert_int_eq(found, all[i]);
        ck_assert_str_eq(digest_algorithm_name(found), names[i]);
        ck_assert_uint_eq(digest_algorithm_size(found), (size_t)EVP_MD_size(digest_algorithm_md(found)));
        ck_assert_uint_le(digest_algorithm_size(found), DIGEST_MAX_SIZE);
    }
    static const char *const others[] = {"", "sha", "sha1", "sha384", "SHA256", "sha2566", "sha512 ", " sha512", "md5"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        enum digest_algorithm found = DIGEST_SHA512;
        ck_assert_msg(!digest_algorithm_parse(slice_from_str(others[i]), &found), "%s", others[i]);
        ck_assert_int_eq(found, DIGEST_SHA512);
    }
}
END_TEST

START_TEST(an_algorithm_hashes_by_its_name)
{
    unsigned char out[DIGEST_MAX_SIZE];
    char hex[2 * DIGEST_MAX_SIZE + 1];
    ck_assert_int_eq(EVP_Digest("abc", 3, out, NULL, digest_algorithm_md(DIGEST_SHA512), NULL), 1); /* FIPS 180-4 */
    digest_hex(hex, out, digest_algorithm_size(DIGEST_SHA512), false);
    ck_assert_str_eq(hex, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                          "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}
END_TEST

SUITE_MAIN("digest", hex_in_both_cases, unhex_takes_exactly_the_digits, sha256_of_known_texts, algorithms_by_name,
           an_algorithm_hashes_by_its_name)
