/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/suite.h"
#include "util/buffer.h"
#include "util/mime_header.h"

static struct slice parameter(const char *value, const char *name)
{
    struct slice found;
    ck_assert(mime_header_parameter(slice_from_str(value), name, &found));
    return found;
}

START_TEST(header_ends_at_the_empty_line)
{
    struct slice text = slice_from_str("MIME-Version: 1.0\ncontent-type: text/plain; a=b\r\n"
                                       "CONTENT-TRANSFER-ENCODING:\t8bit\r\r\n\r\r\nbody\n");
    struct mime_header header;
    ck_assert(mime_header_read(&text, &header, NULL));
    ck_assert(slice_eq_str(text, "body\n"));
    ck_assert(mime_header_is(header.content_type, "TEXT/plain"));
    ck_assert(mime_header_is(header.transfer_encoding, "8bit"));
    ck_assert(!mime_header_is(header.transfer_encoding, "base64"));
}
END_TEST

START_TEST(header_may_be_empty)
{
    struct slice text = slice_from_str("\nbody");
    struct mime_header header;
    ck_assert(mime_header_read(&text, &header, NULL));
    ck_assert(slice_eq_str(text, "body"));
    ck_assert_ptr_null(header.content_type.at);
    ck_assert(!mime_header_is(header.content_type, ""));
}
END_TEST

START_TEST(folded_values_go_on)
{
    struct slice text = slice_from_str("X: y\n  z\nContent-Type: multipart/signed;\r\n\tmicalg=x;\n boundary=\"a b\"\n"
                                       "Y: z\n\n");
    struct mime_header header;
    struct slice value;
    ck_assert(mime_header_read(&text, &header, NULL));
    ck_assert_uint_eq(text.len, 0);
    ck_assert(mime_header_is(header.content_type, "multipart/signed"));
    ck_assert(mime_header_parameter(header.content_type, "Boundary", &value));
    ck_assert(slice_eq_str(value, "a b"));
}
END_TEST

START_TEST(malformed_headers_are_refused)
{
    static const char *const cases[][2] = {
        {"", "has no end"},
        {"Content-Type: x", "has no end"},
        {"Content-Type: x\n", "has no end"},
        {"Content-Type: x\ncontent-type: y\n\n", "twice"},
        {"no colon\n\n", "no header line"},
        {": no name\n\n", "no header line"},
        {"X: \r; y\n\n", "control character"},
        {"X: \x01\n\n", "control character"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice text = slice_from_str(cases[i][0]);
        struct mime_header header;
        struct err err = {0};
        ck_assert(!mime_header_read(&text, &header, &err));
        ck_assert_msg(strstr(err.text, cases[i][1]) != NULL, "%s", err.text);
    }
}
END_TEST

START_TEST(header_size_is_limited)
{
    struct buffer buffer = {0};
    struct mime_header header;
    struct err err = {0};
    buffer_add_text(&buffer, "X: ");
    while (buffer.len < MIME_HEADER_LIMIT - 2) {
        buffer_add_text(&buffer, "y");
    }
    size_t len = buffer.len;
    buffer_add_text(&buffer, "\n\nbody");
    struct slice text = buffer_slice(&buffer);
    ck_assert(mime_header_read(&text, &header, &err));
    buffer.len = len;
    buffer_add_text(&buffer, "y\n\nbody");
    text = buffer_slice(&buffer);
    ck_assert(!mime_header_read(&text, &header, &err));
    ck_assert_msg(strstr(err.text, "limit of 8192 bytes") != NULL, "%s", err.text);
    buffer_free(&buffer);
}
END_TEST

START_TEST(type_is_compared_whole)
{
    ck_assert(mime_header_is(slice_from_str(" text/plain "), "text/plain"));
    ck_assert(mime_header_is(slice_from_str("text/plain;x=y"), "text/plain"));
    ck_assert(!mime_header_is(slice_from_str("text/plainer"), "text/plain"));
    ck_assert(!mime_header_is(slice_from_str("text/plai"), "text/plain"));
    ck_assert(!mime_header_is(slice_from_str("text/plain x"), "text/plain"));
}
END_TEST

START_TEST(parameters_are_found)
{
    ck_assert(slice_eq_str(parameter("t; boundary=abc; c=d", "boundary"), "abc"));
    ck_assert(slice_eq_str(parameter("t;BOUNDARY = abc ;", "boundary"), "abc"));
    ck_assert(slice_eq_str(parameter("t; a=\"; boundary=x\"; boundary=\"y;z\"", "boundary"), "y;z"));
    ck_assert(slice_eq_str(parameter("t; boundary=\"\"", "boundary"), ""));
    ck_assert_ptr_null(parameter("t; xboundary=abc", "boundary").at);
    ck_assert_ptr_null(parameter("t", "boundary").at);
    ck_assert_ptr_null(parameter("", "boundary").at);
}
END_TEST

START_TEST(malformed_parameters_are_refused)
{
    static const char *const cases[] = {
        "t; boundary=a; boundary=b",
        "t; boundary=a; Boundary=a",
        "t; boundary",
        "t; boundary=",
        "t; boundary=\"a",
        "t; boundary=\"a\\\"",
        "t; boundary=\"a\"b",
        "t; =a",
        "t x; boundary=a",
        "t; ; boundary=a",
        "t; a=\"\\\"; boundary=x\"; boundary=y",
        "t; a=b\"; boundary=c",
        "t; a=(; boundary=b; c=)",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice value;
        ck_assert_msg(!mime_header_parameter(slice_from_str(cases[i]), "boundary", &value), "%s", cases[i]);
    }
}
END_TEST

SUITE_MAIN("mime_header", header_ends_at_the_empty_line, header_may_be_empty, folded_values_go_on,
           malformed_headers_are_refused, header_size_is_limited, type_is_compared_whole, parameters_are_found,
           malformed_parameters_are_refused)
