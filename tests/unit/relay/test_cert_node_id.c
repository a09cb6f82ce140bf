/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/cert_node_id.h"
#include "support/certificate.h"
#include "support/suite.h"

static struct err err;

/* The id of a certificate with these UIDs and this SAN, or NULL. */
static const char *id_of(const char *const *uids, const char *san, const char *domain)
{
    static char id[NODE_ID_SIZE];
    X509 *certificate = certificate_make(uids);
    if (san != NULL) {
        certificate_add_san(certificate, san);
    }
    bool found = cert_node_id(certificate, domain, id, &err);
    X509_free(certificate);
    return found ? id : NULL;
}

#define UIDS(...) (const char *const[]){__VA_ARGS__, NULL}

START_TEST(by_the_uid_of_the_subject)
{
    ck_assert_str_eq(id_of(UIDS("node"), NULL, ""), "node");
    ck_assert_str_eq(id_of(UIDS("node"), "DNS:other.d.example, DNS:third.d.example", ""), "node");
    ck_assert_ptr_null(id_of(UIDS("node", "other"), NULL, ""));
    ck_assert_ptr_null(id_of(UIDS("node", "node"), NULL, ""));
    ck_assert_ptr_null(id_of(UIDS(NULL), "DNS:node.d.example", ""));
    ck_assert_ptr_null(id_of(UIDS("a/b"), NULL, ""));
}
END_TEST

START_TEST(by_a_dns_name_in_the_domain)
{
    static const char domain[] = "d.example";
    ck_assert_str_eq(id_of(UIDS("other"), "DNS:node.d.example", domain), "node");
    ck_assert_str_eq(id_of(UIDS(NULL), "DNS:host.example, DNS:node.D.Example, IP:127.0.0.1", domain), "node");
    ck_assert_str_eq(id_of(UIDS(NULL), "DNS:a.b.d.example, DNS:node.d.example, email:x.d.example", domain), "node");
    ck_assert_ptr_null(id_of(UIDS("node"), NULL, domain));
    ck_assert_ptr_null(id_of(UIDS("node"), "DNS:node.example", domain));
    ck_assert_ptr_null(id_of(UIDS("node"), "DNS:node.xd.example", domain));
    ck_assert_ptr_null(id_of(UIDS("node"), "DNS:noded.example, DNS:.d.example, DNS:d.example", domain));
    ck_assert_ptr_null(id_of(UIDS("node"), "DNS:node.d.example.com", domain));
    ck_assert_ptr_null(id_of(UIDS("node"), "DNS:a_b.d.example", domain));
}
END_TEST

START_TEST(two_names_are_none)
{
    ck_assert_ptr_null(id_of(UIDS(NULL), "DNS:node.d.example, DNS:other.d.example", "d.example"));
    ck_assert_str_eq(err.text, "more than one DNS name in d.example");
    ck_assert_ptr_null(id_of(UIDS(NULL), "DNS:node.d.example, DNS:x.example, DNS:node.d.example", "d.example"));
}
END_TEST

/* What follows a NUL counts: the name is another one. */
START_TEST(a_nul_ends_no_name)
{
    static const char name[] = "node.d.example\0.evil.example";
    char id[NODE_ID_SIZE];
    X509 *certificate = certificate_make(UIDS("node"));
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
    GENERAL_NAME *dns = GENERAL_NAME_new();
    ASN1_IA5STRING *text = ASN1_IA5STRING_new();
    ASN1_STRING_set(text, name, sizeof name - 1);
    GENERAL_NAME_set0_value(dns, GEN_DNS, text);
    sk_GENERAL_NAME_push(names, dns);
    X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, 0);
    ck_assert(!cert_node_id(certificate, "d.example", id, &err));
    ck_assert(!cert_node_id(certificate, "evil.example", id, &err));
    GENERAL_NAMES_free(names);
    X509_free(certificate);
}
END_TEST

SUITE_MAIN("cert_node_id", by_the_uid_of_the_subject, by_a_dns_name_in_the_domain, two_names_are_none,
           a_nul_ends_no_name)
