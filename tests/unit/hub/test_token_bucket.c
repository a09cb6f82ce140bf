/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hub/token_bucket.h"
#include "support/suite.h"

static int taken(struct token_bucket *bucket, int64_t now_ms)
{
    int count = 0;
    while (token_bucket_take(bucket, now_ms)) {
        count++;
    }
    return count;
}

START_TEST(so_many_a_second)
{
    struct token_bucket bucket = {.rate = 10};
    ck_assert_int_eq(taken(&bucket, 5000), 10);
    ck_assert_int_eq(taken(&bucket, 5099), 0);
    ck_assert_int_eq(taken(&bucket, 5100), 1);
    ck_assert_int_eq(taken(&bucket, 5600), 5);
}
END_TEST

START_TEST(no_more_than_a_second_is_in_reserve)
{
    struct token_bucket bucket = {.rate = 10};
    taken(&bucket, 5000);
    ck_assert_int_eq(taken(&bucket, 1000000), 10);
}
END_TEST

SUITE_MAIN("token_bucket", so_many_a_second, no_more_than_a_second_is_in_reserve)
