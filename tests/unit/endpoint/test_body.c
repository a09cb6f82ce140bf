/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/body.h"
#include "support/made_request.h"
#include "support/suite.h"

/* Reads all in pieces of three; what came to `got`. True when it was whole. */
static bool body_read_all(struct made_request *made, char *got, size_t size, struct err *err)
{
    ssize_t len;
    size_t at = 0;
    made->piece = 2;
    made_request_begin(made);
    while ((len = body_read(&made->request, got + at, 3, err)) > 0) {
        at += (size_t)len;
        ck_assert_uint_lt(at + 3, size);
    }
    got[at] = '\0';
    if (len < 0) { /* what broke stays broken */
        ck_assert_int_eq(body_read(&made->request, got + at, 3, NULL), -1);
    }
    return len == 0;
}

START_TEST(a_body_is_whole_when_all_announced_bytes_came)
{
    struct made_request made;
    char got[64];
    struct err err = {0};
    made_request_new(&made, "PUT", "/a", "11", "hello world", 11);
    ck_assert(body_read_all(&made, got, sizeof got, &err));
    ck_assert_str_eq(got, "hello world");
    ck_assert_int_eq(made.request.body_read, 11);
    made_request_free(&made);
    made_request_new(&made, "PUT", "/a", "0", "", 0);
    ck_assert(body_read_all(&made, got, sizeof got, &err));
    made_request_free(&made);
}
END_TEST

START_TEST(a_cut_body_is_an_error)
{
    struct made_request made;
    char got[64];
    struct err err = {0};
    made_request_new(&made, "PUT", "/a", "12", "hello world", 11);
    ck_assert(!body_read_all(&made, got, sizeof got, &err));
    ck_assert_str_eq(err.text, "the body ends too early: 11 of 12 bytes came");
    made_request_free(&made);
    made_request_new(&made, "PUT", "/a", "11", "hello world", 11);
    made.breaks = true; /* all bytes, but httpd's end mark did not come */
    ck_assert(!body_read_all(&made, got, sizeof got, &err));
    ck_assert_str_eq(err.text, "the connection broke: 11 of 11 bytes came");
    made_request_free(&made);
}
END_TEST

START_TEST(a_body_that_goes_on_is_an_error)
{
    struct made_request made;
    char got[64];
    struct err err = {0};
    made_request_new(&made, "PUT", "/a", "5", "hello world", 11);
    ck_assert(!body_read_all(&made, got, sizeof got, &err));
    ck_assert_str_eq(err.text, "the body is longer than announced: 6 of 5 bytes came");
    made_request_free(&made);
}
END_TEST

START_TEST(what_is_left_is_drained_up_to_a_limit)
{
    static char much[100000];
    struct made_request made;
    made_request_new(&made, "PUT", "/a", "100000", much, sizeof much);
    made_request_begin(&made);
    body_drain(&made.request, 1000000);
    ck_assert_uint_eq(made.left, 0);
    made_request_free(&made);
    made_request_new(&made, "PUT", "/a", "100000", much, sizeof much);
    made_request_begin(&made);
    body_drain(&made.request, 50000);
    ck_assert_uint_gt(made.left, 40000);
    made_request_free(&made);
}
END_TEST

SUITE_MAIN("body", a_body_is_whole_when_all_announced_bytes_came,
           a_cut_body_is_an_error, a_body_that_goes_on_is_an_error, what_is_left_is_drained_up_to_a_limit)
