/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <time.h>

#include "relay/cert_record.h"
#include "support/certificate.h"
#include "support/signing.h"
#include "support/suite.h"
#include "util/x509_key.h"

/* Takes the certificate. */
static bool cert_record_uid_of(X509 *certificate, char node_id[NODE_ID_SIZE], struct err *err)
{
    struct buffer packed = {0};
    bool added = cert_record_add(&packed, certificate, node_id, err);
    ck_assert(added == (packed.len > 0));
    X509_free(certificate);
    buffer_free(&packed);
    return added;
}

static void uid_is_refused(const char *const *uids, const char *node_id, const char *reason)
{
    char found[NODE_ID_SIZE];
    struct err err = {0};
    ck_assert(!cert_record_uid_of(certificate_make(uids), found, &err));
    ck_assert_str_eq(found, node_id);
    ck_assert_str_eq(err.text, reason);
}

START_TEST(uid_is_taken_only_if_there_is_no_doubt)
{
    char id[NODE_ID_SIZE], longest[NODE_ID_SIZE + 1];
    ck_assert(cert_record_uid_of(certificate_make((const char *const[]){"root", NULL}), id, NULL));
    ck_assert_str_eq(id, "root");
    uid_is_refused((const char *const[]){NULL}, "", "no UID");
    uid_is_refused((const char *const[]){"a", "b", NULL}, "a", "more than one UID");
    uid_is_refused((const char *const[]){"a", "a", NULL}, "a", "more than one UID");
    uid_is_refused((const char *const[]){"../a", NULL}, "", "its UID is no node id");
    uid_is_refused((const char *const[]){"a b", NULL}, "", "its UID is no node id");
    memset(longest, 'x', sizeof longest);
    longest[NODE_ID_SIZE] = '\0';
    uid_is_refused((const char *const[]){longest, NULL}, "", "its UID is no node id");
    longest[NODE_ID_SIZE - 1] = '\0';
    ck_assert(cert_record_uid_of(certificate_make((const char *const[]){longest, NULL}), id, NULL));
    ck_assert_str_eq(id, longest);
}
END_TEST

START_TEST(record_says_what_the_certificate_says)
{
    struct identity node = signing_identity(signing_rsa_key(2048), "node", 7);
    const struct cert_record *record = &node.record;
    unsigned char digest[X509_KEY_DIGEST_SIZE];
    ck_assert(x509_key_digest(node.certificate, digest));
    ck_assert(slice_eq(record->key_digest, (struct slice){(char *)digest, sizeof digest}));
    ck_assert(slice_eq_str(record->serial, "\x02\x01\x07"));
    ck_assert_uint_eq(record->key_id.len, 20);
    ck_assert_uint_eq(record->key.len, 256);
    ck_assert_int_eq(record->kind, CERT_RECORD_RSA);
    int64_t now = time(NULL); /* it was valid for nine days until yesterday */
    ck_assert_int_lt(labs((long)(record->not_before - (now - 10 * 86400))), 60);
    ck_assert_int_lt(labs((long)(record->not_after - (now - 86400))), 60);
    signing_identity_free(&node);
}
END_TEST

/* Every cut, in memory of its own, so that a read behind its end is seen. */
START_TEST(what_is_cut_is_neither_a_certificate_nor_a_record)
{
    struct buffer der = {0}, packed = {0};
    char id[NODE_ID_SIZE];
    struct cert_record record;
    certificate_add_der(&der, "e745a140-40bc-4b86-b6dc-084488fc906b");
    X509 *whole = cert_record_decode(buffer_slice(&der));
    ck_assert(cert_record_add(&packed, whole, id, NULL));
    ck_assert(cert_record_unpack(buffer_slice(&packed), &record));
    for (size_t len = 0; len < packed.len; len++) {
        char *cut = malloc(len + 1);
        memcpy(cut, packed.at, len);
        ck_assert(!cert_record_unpack((struct slice){cut, len}, &record));
        free(cut);
    }
    for (size_t len = 0; len < der.len; len++) {
        ck_assert_ptr_null(cert_record_decode((struct slice){der.at, len}));
    }
    buffer_add_text(&der, "x");
    ck_assert_ptr_null(cert_record_decode(buffer_slice(&der)));
    X509_free(whole);
    buffer_free(&der);
    buffer_free(&packed);
}
END_TEST

SUITE_MAIN("cert_record", uid_is_taken_only_if_there_is_no_doubt, record_says_what_the_certificate_says,
           what_is_cut_is_neither_a_certificate_nor_a_record)
