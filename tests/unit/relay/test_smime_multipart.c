/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_multipart.h"
#include "support/suite.h"
#include "util/buffer.h"

#define HEAD "Content-Type: multipart/signed; boundary=b\n\n"
#define SIGNATURE "--b\nContent-Type: application/pkcs7-signature\nContent-Transfer-Encoding: base64\n\nAAAA\n"

static struct smime_multipart split(const char *message)
{
    struct smime_multipart parts;
    struct err err = {0};
    ck_assert_msg(smime_multipart_split(slice_from_str(message), &parts, &err), "%s", err.text);
    ck_assert(slice_eq_str(parts.signature, "AAAA") || slice_eq_str(parts.signature, "AAAA\n"));
    return parts;
}

static void smime_multipart_refuse(struct slice message, const char *reason)
{
    struct smime_multipart parts;
    struct err err = {0};
    ck_assert(!smime_multipart_split(message, &parts, &err));
    ck_assert_msg(strstr(err.text, reason) != NULL, "'%s' instead of '%s'", err.text, reason);
}

START_TEST(line_end_before_the_boundary_is_the_boundarys)
{
    ck_assert(slice_eq_str(split(HEAD "--b\none\r\n\n" SIGNATURE "--b--\n").signed_part, "one\r\n"));
    ck_assert(slice_eq_str(split(HEAD "--b\none\n" SIGNATURE "--b--\n").signed_part, "one"));
    ck_assert(slice_eq_str(split(HEAD "--b\none\r\n" SIGNATURE "--b--\n").signed_part, "one"));
    ck_assert(slice_eq_str(split(HEAD "--b\none\r\r\r\n" SIGNATURE "--b--\n").signed_part, "one"));
    ck_assert(slice_eq_str(split(HEAD "--b\n\n" SIGNATURE "--b--\n").signed_part, ""));
    ck_assert(slice_eq_str(split(HEAD "--b\n" SIGNATURE "--b--\n").signed_part, ""));
    ck_assert(
        slice_eq_str(split("Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\none\r\ntwo\r\n\r\n--b\r\n"
                           "Content-Type: application/x-pkcs7-signature\r\nContent-Transfer-Encoding: BASE64\r\n\r\n"
                           "AAAA\r\n--b--")
                         .signed_part,
                     "one\r\ntwo\r\n"));
}
END_TEST

START_TEST(lines_that_are_not_canonical_are_told)
{
    ck_assert(split(HEAD "--b\none\r\ntwo\r\n\n" SIGNATURE "--b--\n").canonical);
    ck_assert(split(HEAD "--b\none\n" SIGNATURE "--b--\n").canonical);
    ck_assert(split(HEAD "--b\none\r\r\n" SIGNATURE "--b--\n").canonical);
    ck_assert(!split(HEAD "--b\none\r\ntwo\n\n" SIGNATURE "--b--\n").canonical);
    ck_assert(!split(HEAD "--b\none\ntwo\r\n\n" SIGNATURE "--b--\n").canonical);
    ck_assert(!split(HEAD "--b\n\none\n" SIGNATURE "--b--\n").canonical);
    ck_assert(!split(HEAD "--b\none\r\r\ntwo\r\n\n" SIGNATURE "--b--\n").canonical);
}
END_TEST

START_TEST(a_boundary_begins_a_line)
{
    ck_assert(slice_eq_str(split(HEAD "x--b\n--b \t\none--b\n --b\n--a\n-b\n" SIGNATURE "--b--\n").signed_part,
                           "one--b\n --b\n--a\n-b"));
    ck_assert(slice_eq_str(split(HEAD "--bx\none\n" SIGNATURE "--b--x\n").signed_part, "one"));
    smime_multipart_refuse(slice_from_str(HEAD "--b\none\n--bc\ntwo\n" SIGNATURE "--b--\n"), "more than two parts");
}
END_TEST

START_TEST(preamble_and_epilogue_are_passed_over)
{
    ck_assert(slice_eq_str(split(HEAD "a\n\nContent-Type: x\n--b\none\n" SIGNATURE "--b-- \nb\n--b\nc\n").signed_part,
                           "one"));
}
END_TEST

START_TEST(boundary_may_be_quoted)
{
    ck_assert(slice_eq_str(
        split("CONTENT-TYPE:multipart/SIGNED;\n BOUNDARY=\"b\"; micalg=sha1\n\n--b\none\n" SIGNATURE "--b--\n")
            .signed_part,
        "one"));
}
END_TEST

/* Each of them OpenSSL takes, too. */
START_TEST(boundary_may_be_any_text)
{
    static const char *const boundaries[] = {
        "b ", "a'()+_,-./:=? z", "a;b", "a\tb", "\xc3\xa9",
        "01234567890123456789012345678901234567890123456789012345678901234567890", /* 71 */
    };
    for (size_t i = 0; i < sizeof boundaries / sizeof *boundaries; i++) {
        const char *boundary = boundaries[i];
        struct buffer message = {0};
        buffer_add_format(&message, "Content-Type: multipart/signed; boundary=\"%s\"\n\n--%s\none\n--%s\n", boundary,
                          boundary, boundary);
        buffer_add_format(&message, "Content-Type: application/pkcs7-signature\n\nAAAA\n--%s--\n", boundary);
        ck_assert_msg(slice_eq_str(split(buffer_cstr(&message)).signed_part, "one"), "%s", boundary);
        buffer_free(&message);
    }
}
END_TEST

START_TEST(signature_is_base64_whatever_its_header_says)
{
    static const char *const encodings[] = {"", "Content-Transfer-Encoding: 7bit\n",
                                            "Content-Transfer-Encoding: BASE64 (as is usual)\n"};
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        struct buffer message = {0};
        buffer_add_format(&message, HEAD "--b\none\n--b\nContent-Type: application/pkcs7-signature\n%s\nAAAA\n--b--\n",
                          encodings[i]);
        split(buffer_cstr(&message));
        buffer_free(&message);
    }
}
END_TEST

START_TEST(other_messages_are_refused)
{
    smime_multipart_refuse(slice_from_str("2018-08-24T15:55:01+00:00 R: @@Common@@...\n"), "not a signed message");
    smime_multipart_refuse(slice_from_str(""), "not a signed message");
    smime_multipart_refuse(slice_from_str("Content-Type: text/plain\n\ntext\n"), "not a signed message");
    smime_multipart_refuse(slice_from_str("MIME-Version: 1.0\n\ntext\n"), "not a signed message");
    smime_multipart_refuse(slice_from_str("Content-Type: multipart/mixed; boundary=b\n\n--b\nx\n" SIGNATURE "--b--\n"),
                           "not a signed message");
    smime_multipart_refuse(slice_from_str("Content-Type: application/x-pkcs7-mime; smime-type=signed-data\n\nAAAA\n"),
                           "not a signed message");
    smime_multipart_refuse(slice_from_str("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nAAAA\n"),
                           "not a signed message");
}
END_TEST

START_TEST(bad_boundaries_are_refused)
{
    smime_multipart_refuse(slice_from_str("Content-Type: multipart/signed\n\n--\nx\n"), "no valid boundary");
    smime_multipart_refuse(slice_from_str("Content-Type: multipart/signed; boundary=\"\"\n\n--\nx\n"),
                           "no valid boundary");
    smime_multipart_refuse(slice_from_str("Content-Type: multipart/signed; boundary=\"b\n c\"\n\n--b\nx\n"),
                           "no valid boundary");
    smime_multipart_refuse(slice_from_str("Content-Type: multipart/signed; boundary=b; boundary=c\n\n--b\nx\n"),
                           "malformed");
}
END_TEST

START_TEST(cut_messages_are_refused)
{
    static const char whole[] = HEAD "--b\none\r\n\n" SIGNATURE "--b--";
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        smime_multipart_refuse((struct slice){whole, len}, "");
    }
    smime_multipart_refuse(slice_from_str(HEAD "one\n"), "no parts");
    smime_multipart_refuse(slice_from_str(HEAD "--b\none\n"), "its signed part has no end");
    smime_multipart_refuse(slice_from_str(HEAD "--b\none\n" SIGNATURE), "closing boundary");
    smime_multipart_refuse(slice_from_str(HEAD "--b\none\n--b--\n"), "no signature part");
    smime_multipart_refuse(slice_from_str(HEAD "--b--\n--b\none\n" SIGNATURE "--b--\n"), "no parts");
    smime_multipart_refuse(slice_from_str(HEAD "--b\none\n" SIGNATURE "--b\nthree\n--b--\n"), "more than two parts");
}
END_TEST

START_TEST(bad_signature_parts_are_refused)
{
    smime_multipart_refuse(slice_from_str(HEAD "--b\none\n--b\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\n"),
                           "type is not");
    smime_multipart_refuse(
        slice_from_str(HEAD "--b\none\n--b\nContent-Type: application/pkcs7-signature\nAAAA\n\n\n--b--\n"),
        "no header line");
    struct buffer message = {0};
    buffer_add_text(&message, HEAD "--b\none\n" SIGNATURE);
    for (int i = 0; i < 1024; i++) {
        buffer_add_text(&message, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
    }
    buffer_add_text(&message, "--b--\n");
    smime_multipart_refuse(buffer_slice(&message), "larger than the limit of 65536 bytes");
    buffer_free(&message);
}
END_TEST

SUITE_MAIN("smime_multipart", line_end_before_the_boundary_is_the_boundarys, lines_that_are_not_canonical_are_told,
           a_boundary_begins_a_line, preamble_and_epilogue_are_passed_over, boundary_may_be_quoted,
           boundary_may_be_any_text, signature_is_base64_whatever_its_header_says,
           other_messages_are_refused, bad_boundaries_are_refused, cut_messages_are_refused,
           bad_signature_parts_are_refused)
