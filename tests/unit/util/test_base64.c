/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "support/suite.h"
#include "util/base64.h"

static void decodes(const char *text, const char *bytes, size_t len)
{
    struct buffer out = {0};
    buffer_add_text(&out, "before");
    ck_assert_msg(base64_decode(&out, slice_from_str(text)), "%s", text);
    ck_assert_uint_eq(out.len, 6 + len);
    ck_assert_mem_eq(out.at, "before", 6);
    ck_assert_mem_eq(out.at + 6, bytes, len);
    buffer_free(&out);
}

static void refuses(const char *text)
{
    struct buffer out = {0};
    buffer_add_text(&out, "before");
    ck_assert_msg(!base64_decode(&out, slice_from_str(text)), "%s", text);
    ck_assert_uint_eq(out.len, 6);
    buffer_free(&out);
}

START_TEST(decodes_the_vectors_of_the_rfc)
{
    decodes("", "", 0);
    decodes("Zg==", "f", 1);
    decodes("Zm8=", "fo", 2);
    decodes("Zm9v", "foo", 3);
    decodes("Zm9vYg==", "foob", 4);
    decodes("Zm9vYmE=", "fooba", 5);
    decodes("Zm9vYmFy", "foobar", 6);
    decodes("+/+/", "\xfb\xff\xbf", 3);
    decodes("AAAA", "\0\0\0", 3);
    decodes("////", "\xff\xff\xff", 3);
}
END_TEST

START_TEST(skips_white_space_wherever_it_is)
{
    decodes("\r\nZm9v\r\nYm Fy\n", "foobar", 6);
    decodes("Z m\t8 = \n", "fo", 2);
    decodes("Z\ng =\n=", "f", 1);
    decodes(" \n", "", 0);
}
END_TEST

START_TEST(refuses_everything_else)
{
    const char *const bad[] = {"Z",     "Zg",     "Zm8",   "Zg=",   "Zg===", "Zm8==", "=",     "====",
                               "Zm9v=", "Zm9vYg", "Zg==Z", "Zm9-",  "Zm9_",  "Zm9v.", "Zm\x80v", "Zm\x0bv",
                               "Zh==",  "Zm9=",   "Z===",  "Zm8=\x01"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        refuses(bad[i]);
    }
    struct buffer out = {0};
    ck_assert(!base64_decode(&out, (struct slice){"Zm9v\0", 5}));
    buffer_free(&out);
}
END_TEST

/* Each of the 64 digits, at each of the four places. */
START_TEST(knows_every_digit)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct buffer out = {0};
    for (unsigned digit = 0; digit < 64; digit++) {
        for (unsigned place = 0; place < 4; place++) {
            char text[] = "AAAA";
            text[place] = alphabet[digit];
            buffer_clear(&out);
            ck_assert(base64_decode(&out, slice_from_str(text)));
            unsigned value = (unsigned char)out.at[0] << 16 | (unsigned char)out.at[1] << 8 | (unsigned char)out.at[2];
            ck_assert_uint_eq(value, digit << (18 - 6 * place));
        }
    }
    buffer_free(&out);
}
END_TEST

SUITE_MAIN("base64", decodes_the_vectors_of_the_rfc, skips_white_space_wherever_it_is, refuses_everything_else,
           knows_every_digit)
