/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/duration.h"

#include <stdio.h>

#include "util/ascii.h"
#include "util/slice.h"

static const struct {
    const char *names[3]; /* in the singular; a name of more than one letter may also end in s */
    int64_t seconds;
} units[] = {
    {{"s", "sec", "second"}, 1},
    {{"m", "min", "minute"}, 60},
    {{"h", "hr", "hour"}, 3600},
    {{"d", "day"}, INT64_C(24) * 3600},
    {{"w", "wk", "week"}, INT64_C(7) * 24 * 3600},
    {{"M", "month"}, INT64_C(2630016)},       /* 30.44 days, as relayd has it */
    {{"y", "yr", "year"}, INT64_C(31557600)}, /* 365.25 days */
};

static bool duration_unit_named(struct slice word, int64_t *seconds)
{
    struct slice singular = word;
    if (word.len > 2 && word.at[word.len - 1] == 's') {
        singular.len--;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        for (size_t j = 0; j < 3 && units[i].names[j] != NULL; j++) {
            if (slice_eq_str(singular, units[i].names[j])) {
                *seconds = units[i].seconds;
                return true;
            }
        }
    }
    return false;
}

/* Takes digits off the front. The number stops growing above the limit, so any number of digits is harmless. False
 * without a digit. */
static bool duration_take_number(struct slice *rest, int64_t *number)
{
    const char *begin = rest->at;
    *number = 0;
    for (; rest->len > 0 && ascii_is_digit(rest->at[0]); slice_take(rest, 1)) {
        *number = *number > INT32_MAX ? *number : *number * 10 + (rest->at[0] - '0');
    }
    return rest->at != begin;
}

static struct slice duration_take_word(struct slice *rest)
{
    size_t len = 0;
    while (len < rest->len && ascii_is_alphanumeric(rest->at[len]) && !ascii_is_digit(rest->at[len])) {
        len++;
    }
    return slice_take(rest, len);
}

/* Skips spaces and at most one `+` among them. Something must follow the `+`. */
static bool skip_separator(struct slice *rest)
{
    slice_skip(rest, " ");
    if (!slice_starts_with(*rest, "+")) {
        return true;
    }
    slice_take(rest, 1);
    slice_skip(rest, " ");
    return rest->len > 0;
}

bool duration_parse(const char *text, size_t len, int64_t *seconds, struct err *err)
{
    struct slice rest = {text, len};
    int64_t sum = 0;
    slice_skip(&rest, " ");
    const char *begin = rest.at;
    do {
        int64_t number;
        int64_t unit = 1;
        bool first = rest.at == begin;
        if (!duration_take_number(&rest, &number)) {
            return err_set(err, "\"%.*s\" is not a duration such as 90, 2s, 30min 20s or 1d12h", (int)len, text);
        }
        slice_skip(&rest, " ");
        struct slice word = duration_take_word(&rest);
        bool alone = first && rest.len == 0;
        if (!(word.len > 0 ? duration_unit_named(word, &unit) : alone)) {
            return err_set(err, "\"%.*s\" is not a duration: the units are s, min, h, d, w, month and year", (int)len,
                           text);
        }
        sum += number * unit; /* each at most about 10^10 * 10^8 */
        if (sum > INT32_MAX) {
            return err_set(err, "\"%.*s\" is longer than %d seconds", (int)len, text, INT32_MAX);
        }
        if (!skip_separator(&rest)) {
            return err_set(err, "\"%.*s\" is not a duration: nothing follows the +", (int)len, text);
        }
    } while (rest.len > 0);
    *seconds = sum;
    return true;
}

void duration_format(int64_t seconds, char out[DURATION_TEXT_SIZE])
{
    static const struct {
        int64_t seconds;
        const char *unit;
    } shown[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    size_t i = 0;
    seconds = seconds > 0 ? seconds : 0;
    while (i < 3 && seconds < shown[i].seconds) {
        i++;
    }
    int len = snprintf(out, DURATION_TEXT_SIZE, "%lld%s", (long long)(seconds / shown[i].seconds), shown[i].unit);
    int64_t rest = i < 3 ? seconds % shown[i].seconds / shown[i + 1].seconds : 0;
    if (rest > 0) {
        snprintf(out + len, (size_t)(DURATION_TEXT_SIZE - len), " %lld%s", (long long)rest, shown[i + 1].unit);
    }
}
