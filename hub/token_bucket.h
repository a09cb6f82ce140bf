/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * token_bucket: limits how often something is done: `rate` times a second, up to a second's worth at once.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct token_bucket {
    int64_t rate; /* a second */
    int64_t millitokens;
    int64_t at_ms; /* when that was counted */
};

/* True when it may be done now. */
static inline bool token_bucket_take(struct token_bucket *bucket, int64_t now_ms)
{
    int64_t most = bucket->rate * 1000;
    int64_t passed_ms = bucket->at_ms > 0 ? now_ms - bucket->at_ms : 1000;
    passed_ms = passed_ms < 1000 ? passed_ms : 1000;
    bucket->millitokens += passed_ms * bucket->rate;
    bucket->millitokens = bucket->millitokens < most ? bucket->millitokens : most;
    bucket->at_ms = now_ms;
    if (bucket->millitokens < 1000) {
        return false;
    }
    bucket->millitokens -= 1000;
    return true;
}
