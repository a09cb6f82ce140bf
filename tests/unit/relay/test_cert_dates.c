/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <time.h>

#include "relay/cert_dates.h"
#include "support/certificate.h"
#include "support/made_index.h"
#include "support/suite.h"

enum { DAY = 86400 };

static void add_dated(struct buffer *pem, const char *node_id, long from, long until)
{
    X509 *certificate = certificate_make((const char *const[]){node_id, NULL});
    X509_gmtime_adj(X509_getm_notBefore(certificate), from);
    X509_gmtime_adj(X509_getm_notAfter(certificate), until);
    certificate_add_pem(pem, certificate);
    X509_free(certificate);
}

static void note_dates(void *context, const char *node_id, const struct cert_record *certificate, enum cert_dates dates)
{
    static const char *const words[] = {
        [CERT_DATES_EXPIRED] = "expired", [CERT_DATES_NOT_YET] = "not yet", [CERT_DATES_SOON] = "soon"};
    struct buffer *told = context;
    ck_assert_int_lt(certificate->not_before, certificate->not_after);
    buffer_add_format(told, "%s %s;", node_id, words[dates]);
}

START_TEST(certificates_out_of_their_dates_are_told)
{
    struct buffer pem = {0}, told = {0};
    struct err err = {0};
    add_dated(&pem, "good", -DAY, 31 * DAY);
    add_dated(&pem, "soon", -DAY, 29 * DAY);
    add_dated(&pem, "old", -2 * DAY, -DAY);
    add_dated(&pem, "young", DAY, 2 * DAY);
    add_dated(&pem, "both", -2 * DAY, -DAY);
    add_dated(&pem, "both", -DAY, DAY);
    static const char nodes[] = "{" MADE_NODE("good", "h", "root") "," MADE_NODE("soon", "h", "root") ","
                                MADE_NODE("old", "h", "root") "," MADE_NODE("young", "h", "root") ","
                                MADE_NODE("both", "h", "root") "}";
    struct made_index made = made_index_new(nodes, buffer_cstr(&pem));
    int64_t now = time(NULL);
    ck_assert_msg(cert_dates_walk(made.index, now, note_dates, &told, &err), "%s", err.text);
    ck_assert_str_eq(buffer_cstr(&told), "both expired;both soon;old expired;soon soon;young not yet;");
    buffer_clear(&told);
    ck_assert(cert_dates_walk(made.index, now + 10 * DAY, note_dates, &told, &err));
    ck_assert_str_eq(buffer_cstr(&told), "both expired;both expired;good soon;old expired;soon soon;young expired;");
    made_index_free(&made);
    buffer_free(&pem);
    buffer_free(&told);
}
END_TEST

/* So that the pages of a walk do not stay in the memory of the process. */
START_TEST(the_index_is_mapped_anew_after_a_walk)
{
    struct buffer pem = {0}, told = {0};
    char index_file[100];
    add_dated(&pem, "old", -2 * DAY, -DAY);
    struct made_index made = made_index_new("{" MADE_NODE("old", "h", "root") "}", buffer_cstr(&pem));
    made_index_write(&made, "{" MADE_NODE("new", "h", "root") "}", "", index_file);
    ck_assert(!node_index_find(made.index, "new", NULL));
    ck_assert(cert_dates_walk(made.index, time(NULL), note_dates, &told, NULL));
    ck_assert_str_eq(buffer_cstr(&told), "old expired;");
    ck_assert(node_index_find(made.index, "new", NULL));
    made_index_free(&made);
    buffer_free(&pem);
    buffer_free(&told);
}
END_TEST

START_TEST(both_ends_of_the_dates_are_within_them)
{
    const struct cert_record certificate = {.not_before = 100, .not_after = 200 + CERT_DATES_SOON_SECONDS};
    ck_assert_int_eq(cert_dates_of(&certificate, 99), CERT_DATES_NOT_YET);
    ck_assert_int_eq(cert_dates_of(&certificate, 100), CERT_DATES_VALID);
    ck_assert_int_eq(cert_dates_of(&certificate, 200), CERT_DATES_VALID);
    ck_assert_int_eq(cert_dates_of(&certificate, 201), CERT_DATES_SOON);
    ck_assert_int_eq(cert_dates_of(&certificate, 200 + CERT_DATES_SOON_SECONDS), CERT_DATES_SOON);
    ck_assert_int_eq(cert_dates_of(&certificate, 201 + CERT_DATES_SOON_SECONDS), CERT_DATES_EXPIRED);
}
END_TEST

START_TEST(each_has_its_words)
{
    const struct cert_record certificate = {.not_before = 0, .not_after = 86400};
    struct err sentence;
    cert_dates_say(&sentence, "a", &certificate, CERT_DATES_NOT_YET);
    ck_assert_str_eq(sentence.text, "the certificate of a is not valid before 1970-01-01T00:00:00Z");
    cert_dates_say(&sentence, "a", &certificate, CERT_DATES_EXPIRED);
    ck_assert_str_eq(sentence.text, "the certificate of a has expired on 1970-01-02T00:00:00Z");
    cert_dates_say(&sentence, "a\n", &certificate, CERT_DATES_SOON);
    ck_assert_ptr_null(strchr(sentence.text, '\n'));
    ck_assert_ptr_nonnull(strstr(sentence.text, " expires on 1970-01-02T00:00:00Z"));
}
END_TEST

SUITE_MAIN("cert_dates", each_has_its_words, certificates_out_of_their_dates_are_told,
           the_index_is_mapped_anew_after_a_walk, both_ends_of_the_dates_are_within_them)
