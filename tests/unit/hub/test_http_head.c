/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "hub/http_head.h"
#include "support/suite.h"

static struct http_head head;

static int head_parsed(const char *text)
{
    return http_head_parse(&head, slice_from_str(text));
}

START_TEST(a_request_is_taken_apart)
{
    ck_assert_int_eq(head_parsed("PUT /a/b?c=d HTTP/1.1\r\ncontent-length:  12 \r\nExpect: 100-Continue\r\n\r\n"), 0);
    ck_assert_int_eq(head.method, HTTP_HEAD_PUT);
    ck_assert(slice_eq_str(head.path, "/a/b"));
    ck_assert(slice_eq_str(head.query, "c=d"));
    ck_assert_int_eq(head.body_len, 12);
    ck_assert(head.expects_continue && head.keep && head.one_one);
}
END_TEST

START_TEST(a_connection_is_kept_as_the_client_wants)
{
    static const struct {
        const char *text;
        bool keep;
    } cases[] = {
        {"GET / HTTP/1.1\r\n\r\n", true},
        {"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", false},
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_int_eq(head_parsed(cases[i].text), 0);
        ck_assert_msg(head.keep == cases[i].keep, "%s", cases[i].text);
    }
}
END_TEST

START_TEST(what_could_be_read_in_two_ways_is_refused)
{
    static const struct {
        const char *text;
        int status;
    } cases[] = {
        {"", 400},
        {"GET / HTTP/1.1\r\n", 400},
        {"GET / HTTP/1.1\n\n", 400},
        {"GET / HTTP/1.1\r\nA: b\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA : b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nA\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\n\r\nmore", 400},
        {"GET  / HTTP/1.1\r\n\r\n", 400},
        {"GET /a b HTTP/1.1\r\n\r\n", 400},
        {"GET http://h/ HTTP/1.1\r\n\r\n", 400},
        {"GET /\x80 HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\n\r\n", 505},
        {"GET / FTP\r\n\r\n", 400},
        {"PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
        {"PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400},
        {"PUT / HTTP/1.1\r\nContent-Length: 1,1\r\n\r\n", 400},
        {"PUT / HTTP/1.1\r\nContent-Length: \r\n\r\n", 400},
        {"PUT / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 413},
        {"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 501},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_msg(head_parsed(cases[i].text) == cases[i].status, "%s", cases[i].text);
    }
}
END_TEST

START_TEST(a_second_certificate_is_seen)
{
    ck_assert_int_eq(
        head_parsed("GET / HTTP/1.1\r\n" HTTP_HEAD_CERTIFICATE ": a\r\nx-rudder-client-certificate: b\r\n\r\n"), 0);
    ck_assert_uint_eq(head.certificates, 2);
    ck_assert(slice_eq_str(head.certificate, "a"));
}
END_TEST

SUITE_MAIN("http_head", a_request_is_taken_apart, a_connection_is_kept_as_the_client_wants,
           what_could_be_read_in_two_ways_is_refused, a_second_certificate_is_seen)
