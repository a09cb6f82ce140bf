/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <string.h>

#include "support/suite.h"
#include "util/buffer.h"

START_TEST(buffer_grows_and_keeps)
{
    struct buffer buffer = {0};
    for (int i = 0; i < 1000; i++) {
        buffer_add_format(&buffer, "%d,", i);
    }
    ck_assert_uint_eq(buffer.len, strlen(buffer_cstr(&buffer)));
    ck_assert(slice_ends_with(buffer_slice(&buffer), ",998,999,"));
    buffer_clear(&buffer);
    buffer_add_text(&buffer, "again");
    ck_assert_str_eq(buffer_cstr(&buffer), "again");
    buffer_clear(&buffer);
    buffer_add_number(&buffer, 0);
    buffer_add_text(&buffer, " ");
    buffer_add_number(&buffer, UINT64_MAX);
    ck_assert_str_eq(buffer_cstr(&buffer), "0 18446744073709551615");
    size_t size = buffer.size;
    buffer_clear_large(&buffer, size);
    ck_assert(buffer.len == 0 && buffer.size == size);
    buffer_clear_large(&buffer, size - 1);
    ck_assert(buffer.len == 0 && buffer.size == 0);
    buffer_free(&buffer);
}
END_TEST

SUITE_MAIN("buffer", buffer_grows_and_keeps)
