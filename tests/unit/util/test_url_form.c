/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "support/suite.h"
#include "util/url_form.h"

static struct url_form form;

/* The form as "[name=value]...", or what is wrong with it. */
static const char *parsed(const char *text)
{
    static char shown[1024];
    struct err err = {""};
    if (!url_form_parse(&form, slice_from_str(text), &err)) {
        ck_assert_uint_eq(form.count, 0);
        ck_assert(err.text[0] != '\0');
        return "refused";
    }
    shown[0] = '\0';
    for (size_t i = 0; i < form.count; i++) {
        size_t len = strlen(shown);
        snprintf(shown + len, sizeof shown - len, "[%s=%s]", form.pairs[i].name, form.pairs[i].value);
    }
    return shown;
}

START_TEST(pairs_are_taken_apart_and_decoded)
{
    static const struct {
        const char *text;
        const char *pairs;
    } cases[] = {
        {"", ""},
        {"a=1", "[a=1]"},
        {"a=1&b=2", "[a=1][b=2]"},
        {"ttl=1d+2h", "[ttl=1d 2h]"},
        {"ttl=1d%2B2h", "[ttl=1d+2h]"},
        {"a%3Db=%26", "[a=b=&]"},
        {"a=b=c", "[a=b=c]"},
        {"a", "[a=]"},
        {"=", "[=]"},
        {"&&a=1&&", "[a=1]"},
        {"nodes=a%2Cb,c", "[nodes=a,b,c]"},
        {"a=%C3%a4%fF", "[a=\xc3\xa4\xff]"},
        {"a=1&a=2", "[a=1][a=2]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_str_eq(parsed(cases[i].text), cases[i].pairs);
    }
    url_form_free(&form);
}
END_TEST

START_TEST(malformed_text_is_refused)
{
    static const char *const texts[] = {"%", "a=%", "a=%4", "a=%4g", "a=%g4", "a=1&b=%", "%%%", "a=%00", "a%00=1",
                                        "a=%4&b=1"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ck_assert_msg(strcmp(parsed(texts[i]), "refused") == 0, "'%s'", texts[i]);
    }
    url_form_free(&form);
}
END_TEST

START_TEST(a_raw_nul_is_refused)
{
    ck_assert(!url_form_parse(&form, (struct slice){"a=1\0b", 5}, NULL));
    url_form_free(&form);
}
END_TEST

START_TEST(pairs_are_limited)
{
    char text[4 * URL_FORM_MAX_PAIRS + 4] = "";
    for (int i = 0; i < URL_FORM_MAX_PAIRS; i++) {
        strcat(text, "a=1&");
    }
    ck_assert(url_form_parse(&form, slice_from_str(text), NULL));
    ck_assert_uint_eq(url_form_count(&form, "a"), URL_FORM_MAX_PAIRS);
    strcat(text, "b");
    ck_assert_str_eq(parsed(text), "refused");
    url_form_free(&form);
}
END_TEST

START_TEST(values_are_found_by_name)
{
    ck_assert_str_eq(parsed("hash=1&hash=2&x"), "[hash=1][hash=2][x=]");
    ck_assert_str_eq(url_form_get(&form, "hash"), "1");
    ck_assert_uint_eq(url_form_count(&form, "hash"), 2);
    ck_assert_str_eq(url_form_get(&form, "x"), "");
    ck_assert_ptr_null(url_form_get(&form, "has"));
    ck_assert_ptr_null(url_form_get(&form, "Hash"));
    url_form_free(&form);
}
END_TEST

SUITE_MAIN("url_form", pairs_are_taken_apart_and_decoded, malformed_text_is_refused, a_raw_nul_is_refused,
           pairs_are_limited, values_are_found_by_name)
