/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "relay/cert_record.h"
#include "relay/node_certs.h"
#include "support/certificate.h"
#include "support/suite.h"

/* What a walk met, as text: `<node id, - or !>@<line> ` for each; - has no UID, ! cannot be read. */
struct met {
    struct buffer text;
    size_t stop_at;
};

static bool node_certs_note(void *context, const struct node_certs_block *block, struct err *err)
{
    struct met *met = context;
    struct buffer record = {0};
    char node_id[NODE_ID_SIZE] = "";
    X509 *certificate = cert_record_decode(block->der);
    ck_assert((block->fault != NULL) == (block->der.len == 0));
    if (certificate != NULL) {
        cert_record_add(&record, certificate, node_id, NULL);
    }
    const char *unnamed = certificate != NULL ? "-" : "!";
    buffer_add_format(&met->text, "%s@%zu ", node_id[0] != '\0' ? node_id : unnamed, block->line);
    X509_free(certificate);
    buffer_free(&record);
    return block->line != met->stop_at || err_set(err, "stopped");
}

static void walk_meets(struct slice pem, const char *wanted)
{
    struct met met = {.stop_at = 0};
    struct err err = {0};
    ck_assert_msg(node_certs_walk(pem, node_certs_note, &met, &err), "%s", err.text);
    ck_assert_str_eq(buffer_cstr(&met.text), wanted);
    buffer_free(&met.text);
}

static size_t lines(const struct buffer *text)
{
    size_t count = 0;
    for (size_t i = 0; i < text->len; i++) {
        count += text->at[i] == '\n';
    }
    return count;
}

START_TEST(walk_meets_each_certificate_in_order)
{
    struct buffer pem = {0};
    char wanted[200];
    buffer_add_text(&pem, "subject=what `openssl x509 -text` says, or nothing\n\n");
    certificate_add(&pem, "e745a140-40bc-4b86-b6dc-084488fc906b");
    size_t second = lines(&pem) + 1;
    certificate_add(&pem, "root");
    buffer_add_text(&pem, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    size_t third = lines(&pem) + 1;
    certificate_add(&pem, NULL);
    snprintf(wanted, sizeof wanted, "e745a140-40bc-4b86-b6dc-084488fc906b@3 root@%zu -@%zu ", second, third);
    walk_meets(buffer_slice(&pem), wanted);
    pem.len--; /* the last line without its end */
    walk_meets(buffer_slice(&pem), wanted);
    walk_meets((struct slice){NULL, 0}, "");
    walk_meets(slice_from_str("no certificate at all"), "");
    buffer_free(&pem);
}
END_TEST

START_TEST(walk_takes_crlf_and_any_line_length)
{
    struct buffer pem = {0}, crlf = {0}, one_line = {0};
    bool in_block = false;
    certificate_add(&pem, "a");
    for (size_t i = 0; i < pem.len; i++) {
        buffer_add_text(&crlf, pem.at[i] == '\n' ? " \r\n" : (char[]){pem.at[i], 0});
        in_block = in_block ? pem.at[i + 1] != '-' : pem.at[i] == '\n';
        if (pem.at[i] != '\n' || !in_block || one_line.at[one_line.len - 1] == '-') {
            buffer_add(&one_line, pem.at + i, 1);
        }
    }
    walk_meets(buffer_slice(&crlf), "a@1 ");
    ck_assert_uint_eq(lines(&one_line), 3);
    walk_meets(buffer_slice(&one_line), "a@1 ");
    buffer_free(&pem);
    buffer_free(&crlf);
    buffer_free(&one_line);
}
END_TEST

START_TEST(damage_within_a_block_costs_that_block)
{
    struct buffer pem = {0};
    char wanted[100];
    buffer_add_text(&pem, "-----BEGIN CERTIFICATE-----\nMII*\n-----END CERTIFICATE-----\n"); /* 1: no base64 */
    buffer_add_text(&pem, "-----BEGIN CERTIFICATE-----\nMIIF\n-----END CERTIFICATE-----\n"); /* 4: no DER */
    buffer_add_text(&pem, "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n");       /* 7: nothing */
    buffer_add_text(&pem, "-----BEGIN CERTIFICATE-----\nMIIF\n");                            /* 9: no end */
    certificate_add(&pem, "whole");                                                          /* 11 */
    size_t last = lines(&pem) + 1;
    for (size_t padding = 40000; padding <= 50000; padding += 10000) { /* base64 is a third more */
        X509 *large = certificate_make((const char *const[]){"large", NULL});
        certificate_pad(large, padding);
        certificate_add_pem(&pem, large);
        X509_free(large);
        if (padding == 40000) {
            snprintf(wanted, sizeof wanted, "!@1 !@4 !@7 !@9 whole@11 large@%zu !@%zu ", last, lines(&pem) + 1);
        }
    }
    walk_meets(buffer_slice(&pem), wanted);
    buffer_free(&pem);
}
END_TEST

START_TEST(half_a_file_is_an_error_and_says_where)
{
    struct buffer pem = {0};
    struct met met = {.stop_at = 0};
    struct err err = {0};
    certificate_add(&pem, "a");
    size_t second = lines(&pem) + 1;
    certificate_add(&pem, "b");
    ck_assert(!node_certs_walk((struct slice){pem.at, pem.len - 10}, node_certs_note, &met, &err));
    char wanted[20];
    snprintf(wanted, sizeof wanted, "line %zu: ", second);
    ck_assert_msg(strncmp(err.text, wanted, strlen(wanted)) == 0, "%s", err.text);
    ck_assert_str_eq(buffer_cstr(&met.text), "a@1 ");
    buffer_free(&met.text);
    buffer_free(&pem);
}
END_TEST

START_TEST(the_callback_stops_the_walk)
{
    struct buffer pem = {0};
    struct met met = {.stop_at = 1};
    struct err err = {0};
    certificate_add(&pem, "a");
    certificate_add(&pem, "b");
    ck_assert(!node_certs_walk(buffer_slice(&pem), node_certs_note, &met, &err));
    ck_assert_str_eq(err.text, "stopped");
    ck_assert_str_eq(buffer_cstr(&met.text), "a@1 ");
    buffer_clear(&met.text);
    memset(memmem(pem.at, pem.len, "-----END", 8), 'A', 8); /* the first block without its end */
    ck_assert(!node_certs_walk(buffer_slice(&pem), node_certs_note, &met, &err));
    ck_assert_str_eq(buffer_cstr(&met.text), "!@1 ");
    buffer_free(&met.text);
    buffer_free(&pem);
}
END_TEST

/* Adds a certificate of node `a` with another BEGIN and END line, then a usual one of `b`. */
static void add_labelled(struct buffer *pem, const char *begin, const char *end)
{
    struct buffer plain = {0};
    certificate_add(&plain, "a");
    const char *body = strchr(buffer_cstr(&plain), '\n');
    const char *stop = strstr(body, "-----END");
    buffer_add_text(pem, begin);
    buffer_add(pem, body, (size_t)(stop - body));
    buffer_add_text(pem, end);
    certificate_add(pem, "b");
    buffer_free(&plain);
}

/* Each is read, or told, as OpenSSL reads it or not. */
START_TEST(begin_lines_are_read_as_openssl_reads_them)
{
#define END_AS_USUAL "-----END CERTIFICATE-----\n"
    static const struct {
        const char *begin, *end, *met;
    } cases[] = {
        {"\xef\xbb\xbf-----BEGIN CERTIFICATE-----", END_AS_USUAL, "a@1 b@"},
        {"-----BEGIN CERTIFICATE----- \t\r", END_AS_USUAL, "a@1 b@"},
        {"-----BEGIN X509 CERTIFICATE-----", "-----END X509 CERTIFICATE-----\n", "a@1 b@"},
        {"-----BEGIN TRUSTED CERTIFICATE-----", "-----END TRUSTED CERTIFICATE-----\n", "a@1 b@"},
        {"-----BEGIN CERTIFICATE-----", "", "a@1 b@"},
        {" -----BEGIN CERTIFICATE-----", END_AS_USUAL, "!@1 b@"},
        {"x-----BEGIN CERTIFICATE-----", END_AS_USUAL, "!@1 b@"},
        {"-----BEGIN CERTIFICATE-----x", END_AS_USUAL, "!@1 b@"},
        {"-----BEGIN CERTIFICATE-----", "-----END X509 CERTIFICATE-----\n", "!@1 b@"},
        {"-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----x\n", "!@1 b@"},
        {"", END_AS_USUAL, "!@"}, /* told at its END line */
        {"----BEGIN CERTIFICATE-----", END_AS_USUAL, "!@"},
        {"-----begin certificate-----", "-----END TRUSTED CERTIFICATE-----\n", "!@"},
        {"-----BEGIN NEW CERTIFICATE REQUEST-----", "-----END NEW CERTIFICATE REQUEST-----\n", "b@"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer pem = {0};
        struct met met = {.stop_at = 0};
        struct err err = {0};
        add_labelled(&pem, cases[i].begin, cases[i].end);
        ck_assert_msg(node_certs_walk(buffer_slice(&pem), node_certs_note, &met, &err), "%s", err.text);
        ck_assert_msg(slice_starts_with(buffer_slice(&met.text), cases[i].met), "%zu: %s", i, buffer_cstr(&met.text));
        buffer_free(&met.text);
        buffer_free(&pem);
    }
}
END_TEST

START_TEST(glued_lines_and_lone_crs_are_told)
{
    struct buffer pem = {0};
    certificate_add(&pem, "a");
    size_t glued = lines(&pem);
    pem.len--; /* its END line and the BEGIN line of the next become one, and both are none */
    certificate_add(&pem, "b");
    char wanted[100];
    snprintf(wanted, sizeof wanted, "!@%zu !@1 ", glued);
    walk_meets(buffer_slice(&pem), wanted);
    for (size_t i = 0; i < pem.len; i++) {
        pem.at[i] = pem.at[i] == '\n' ? '\r' : pem.at[i];
    }
    walk_meets(buffer_slice(&pem), "!@1 ");
    buffer_free(&pem);
}
END_TEST

SUITE_MAIN("node_certs", walk_meets_each_certificate_in_order, walk_takes_crlf_and_any_line_length,
           damage_within_a_block_costs_that_block, half_a_file_is_an_error_and_says_where, the_callback_stops_the_walk,
           begin_lines_are_read_as_openssl_reads_them, glued_lines_and_lone_crs_are_told)
