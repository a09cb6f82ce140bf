/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/suite.h"
#include "util/byte_size.h"

START_TEST(sizes)
{
    int64_t bytes;
    struct err err;
    ck_assert(byte_size_parse("0", &bytes, &err) && bytes == 0);
    ck_assert(byte_size_parse("12B", &bytes, &err) && bytes == 12);
    ck_assert(byte_size_parse("512KiB", &bytes, &err) && bytes == 512 << 10);
    ck_assert(byte_size_parse("1 TiB", &bytes, &err) && bytes == INT64_C(1) << 40);
    static const char *const bad[] = {"", "MiB", "-1", "1.5MiB", "1MB", "1 MiB ", "9223372036854775808", "8388608TiB",
                                      "1kib"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(!byte_size_parse(bad[i], &bytes, &err), "%s", bad[i]);
    }
    static const struct {
        int64_t bytes;
        const char *text;
    } texts[] = {{0, "0 B"},          {999, "999 B"},       {1000, "1.0 KiB"},          {1536, "1.5 KiB"},
                 {52428800, "50 MiB"}, {1000 << 10, "1.0 MiB"}, {INT64_C(9) << 40, "9.0 TiB"},
                 {INT64_MAX, "8388608 TiB"}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[BYTE_SIZE_TEXT_SIZE];
        byte_size_format(texts[i].bytes, text);
        ck_assert_str_eq(text, texts[i].text);
    }
}
END_TEST

SUITE_MAIN("byte_size", sizes)
