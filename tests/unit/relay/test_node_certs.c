/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "relay/node_certs.h"
#include "support/certificate.h"
#include "support/suite.h"

/* What a walk met, as text: `<node id, - or !>@<line> ` for each; - has no UID, ! is damaged. */
struct met {
    struct buffer text;
    size_t stop_at;
};

static bool node_certs_note(void *context, const char *node_id, struct slice der, size_t line, struct err *err)
{
    struct met *met = context;
    buffer_add_format(&met->text, "%s@%zu ", node_id != NULL ? node_id : der.len > 0 ? "-" : "!", line);
    const unsigned char *at = (const unsigned char *)der.at;
    X509 *certificate = der.len > 0 ? d2i_X509(NULL, &at, (long)der.len) : NULL;
    ck_assert(der.len == 0 || (certificate != NULL && at == (const unsigned char *)der.at + der.len));
    X509_free(certificate);
    return line != met->stop_at || err_set(err, "stopped");
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

static bool node_certs_uid_of(const char *const *uids, char id[NODE_ID_SIZE])
{
    X509 *certificate = certificate_make(uids);
    unsigned char *der = NULL;
    int len = i2d_X509(certificate, &der);
    bool found = node_certs_uid((struct slice){(char *)der, (size_t)len}, id);
    OPENSSL_free(der);
    X509_free(certificate);
    return found;
}

START_TEST(uid_is_taken_only_if_there_is_no_doubt)
{
    char id[NODE_ID_SIZE], longest[NODE_ID_SIZE + 1];
    ck_assert(node_certs_uid_of((const char *const[]){"root", NULL}, id));
    ck_assert_str_eq(id, "root");
    ck_assert(!node_certs_uid_of((const char *const[]){NULL}, id));
    ck_assert(!node_certs_uid_of((const char *const[]){"a", "b", NULL}, id));
    ck_assert(!node_certs_uid_of((const char *const[]){"../a", NULL}, id));
    ck_assert(!node_certs_uid_of((const char *const[]){"a b", NULL}, id));
    memset(longest, 'x', sizeof longest);
    longest[NODE_ID_SIZE] = '\0';
    ck_assert(!node_certs_uid_of((const char *const[]){longest, NULL}, id));
    longest[NODE_ID_SIZE - 1] = '\0';
    ck_assert(node_certs_uid_of((const char *const[]){longest, NULL}, id));
    ck_assert_str_eq(id, longest);
}
END_TEST

/* Every cut and every changed byte: never a crash (the sanitizers look on), and a cut is never a certificate. */
START_TEST(uid_survives_any_damage)
{
    struct buffer der = {0};
    char id[NODE_ID_SIZE];
    certificate_add_der(&der, "e745a140-40bc-4b86-b6dc-084488fc906b");
    ck_assert(node_certs_uid(buffer_slice(&der), id));
    for (size_t len = 0; len < der.len; len++) {
        char *cut = malloc(len + 1); /* of its own, so that a read behind its end is seen */
        memcpy(cut, der.at, len);
        ck_assert(!node_certs_uid((struct slice){cut, len}, id));
        free(cut);
    }
    for (size_t at = 0; at < der.len; at++) {
        char before = der.at[at];
        for (int value = 0; value < 256; value++) {
            der.at[at] = (char)value;
            (void)node_certs_uid(buffer_slice(&der), id);
        }
        der.at[at] = before;
    }
    buffer_add_text(&der, "x");
    ck_assert(!node_certs_uid(buffer_slice(&der), id));
    buffer_free(&der);
}
END_TEST

SUITE_MAIN("node_certs", walk_meets_each_certificate_in_order, walk_takes_crlf_and_any_line_length,
           damage_within_a_block_costs_that_block, half_a_file_is_an_error_and_says_where, the_callback_stops_the_walk,
           uid_is_taken_only_if_there_is_no_doubt, uid_survives_any_damage)
