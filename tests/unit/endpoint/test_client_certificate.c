/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/client_certificate.h"
#include "support/made_client.h"
#include "support/made_index.h"
#include "support/suite.h"

#define LIST                                                                                                           \
    "{" MADE_NODE("root", "s", "root") "," MADE_NODE("node", "n", "root") "," MADE_NODE("other", "o", "root") "}"

static struct made_client node, other, stranger;
static struct made_index known;
static bool new_node, upstream; /* what else it counts as */
static struct relay_config *config; /* NULL: certificates are pinned */
static struct err err;

static void prepare(void)
{
    struct buffer certificates = {0};
    node = made_client_new("node");
    other = made_client_new("other");
    stranger = made_client_new("stranger");
    buffer_add(&certificates, node.pem.at, node.pem.len);
    buffer_add(&certificates, other.pem.at, other.pem.len);
    known = made_index_new(LIST, buffer_cstr(&certificates));
    buffer_free(&certificates);
}

static void clean_up(void)
{
    made_client_free(&node);
    made_client_free(&other);
    made_client_free(&stranger);
    made_index_free(&known);
}

/* What a request with these variables counts as; NULL ones are left out. */
static enum client_certificate judged(const char *verify, const char *uid, const char *certificate, const char *more)
{
    const char *const variables[] = {verify, uid, certificate, more};
    struct made_request made;
    const char *node_id = NULL;
    err = (struct err){0};
    made_request_new(&made, "GET", "/a", NULL, "", 0);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        if (variables[i] != NULL) {
            made_request_env(&made, variables[i]);
        }
    }
    made_request_begin(&made);
    made.request.index = known.index;
    made.request.config = config;
    enum client_certificate judgement = client_certificate(&made.request, &node_id, &err);
    ck_assert_int_eq(judgement == CLIENT_CERTIFICATE_NONE, !client_certificate_shown(&made.request));
    ck_assert_int_eq(judgement == CLIENT_CERTIFICATE_OF_NODE, node_id != NULL);
    ck_assert_int_eq(judgement == CLIENT_CERTIFICATE_REFUSED, err.text[0] != '\0');
    if (judgement == CLIENT_CERTIFICATE_OF_NODE) {
        ck_assert_str_eq(node_id, uid != NULL ? strchr(uid, '=') + 1 : "node");
    }
    new_node = client_certificate_is_new_node(&made.request);
    upstream = client_certificate_is_upstream(&made.request);
    made_request_free(&made);
    return judgement;
}

#define VERIFIED "SSL_CLIENT_VERIFY=SUCCESS"

START_TEST(a_node_is_known_by_its_key)
{
    prepare();
    ck_assert_int_eq(judged(VERIFIED, node.uid, node.certificate.at, NULL), CLIENT_CERTIFICATE_OF_NODE);
    ck_assert_int_eq(judged(VERIFIED, other.uid, other.certificate.at, NULL), CLIENT_CERTIFICATE_OF_NODE);
    /* another's key, whatever name is in the certificate */
    ck_assert_int_eq(judged(VERIFIED, node.uid, other.certificate.at, NULL), CLIENT_CERTIFICATE_REFUSED);
    ck_assert_ptr_nonnull(strstr(err.text, "key"));
    struct made_client forged = made_client_new("node");
    ck_assert_int_eq(judged(VERIFIED, forged.uid, forged.certificate.at, NULL), CLIENT_CERTIFICATE_REFUSED);
    made_client_free(&forged);
    ck_assert_int_eq(judged(VERIFIED, node.uid, "SSL_CLIENT_CERT=", NULL), CLIENT_CERTIFICATE_REFUSED);
    ck_assert_int_eq(judged(VERIFIED, node.uid, "SSL_CLIENT_CERT=nonsense", NULL), CLIENT_CERTIFICATE_REFUSED);
    clean_up();
}
END_TEST

START_TEST(a_certificate_names_one_node)
{
    prepare();
    ck_assert_int_eq(judged(VERIFIED, node.uid, node.certificate.at, "SSL_CLIENT_S_DN_UID_1=other"),
                     CLIENT_CERTIFICATE_REFUSED);
    ck_assert_ptr_nonnull(strstr(err.text, "more than one node"));
    ck_assert_int_eq(judged(VERIFIED, node.uid, node.certificate.at, "SSL_CLIENT_S_DN_UID_1="),
                     CLIENT_CERTIFICATE_REFUSED);
    ck_assert_int_eq(judged(VERIFIED, NULL, node.certificate.at, NULL), CLIENT_CERTIFICATE_REFUSED);
    ck_assert_int_eq(judged(VERIFIED, "SSL_CLIENT_S_DN_UID=", node.certificate.at, NULL), CLIENT_CERTIFICATE_REFUSED);
    clean_up();
}
END_TEST

START_TEST(a_removed_node_is_out_though_httpd_knows_it)
{
    prepare();
    ck_assert_int_eq(judged(VERIFIED, stranger.uid, stranger.certificate.at, NULL), CLIENT_CERTIFICATE_REFUSED);
    ck_assert_ptr_nonnull(strstr(err.text, "not known"));
    clean_up();
}
END_TEST

START_TEST(httpd_must_hand_on_the_certificate)
{
    prepare();
    ck_assert_int_eq(judged(VERIFIED, node.uid, NULL, NULL), CLIENT_CERTIFICATE_REFUSED);
    ck_assert_ptr_nonnull(strstr(err.text, "ExportCertData"));
    clean_up();
}
END_TEST

START_TEST(what_httpd_did_not_verify_counts_for_nothing)
{
    static const char *const not[] = {NULL,
                                      "SSL_CLIENT_VERIFY=NONE",
                                      "SSL_CLIENT_VERIFY=GENEROUS",
                                      "SSL_CLIENT_VERIFY=success",
                                      "SSL_CLIENT_VERIFY=FAILED:self-signed certificate",
                                      "SSL_CLIENT_VERIFY=",
                                      "SSL_CLIENT_VERIFY=SUCCESS?",
                                      "HTTP_SSL_CLIENT_VERIFY=SUCCESS"};
    prepare();
    for (size_t i = 0; i < sizeof not / sizeof *not; i++) {
        ck_assert_int_eq(judged(not[i], node.uid, node.certificate.at, NULL), CLIENT_CERTIFICATE_NONE);
    }
    clean_up();
}
END_TEST

/* The certificate of a client that an authority has signed, as far as httpd says. */
static void signed_client(struct made_client *client, const char *uid, const char *san)
{
    X509 *certificate = certificate_make((const char *const[]){uid, NULL});
    if (san != NULL) {
        certificate_add_san(certificate, san);
    }
    *client = (struct made_client){0};
    buffer_add_text(&client->certificate, "SSL_CLIENT_CERT=");
    certificate_add_pem(&client->certificate, certificate);
    (void)buffer_cstr(&client->certificate);
    X509_free(certificate);
}

static char in_uid[] = "", in_san[] = "d.example"; /* where the id stands: the domain */

static struct relay_config of_ca(char *domain)
{
    static char above[] = "above";
    return (struct relay_config){.general = {.client_certificates = RELAY_CLIENTS_CA, .node_id_domain = domain},
                                 .upstream = {.node_id = above}};
}

/* uid and san of a certificate; domain of the configuration. */
static enum client_certificate judged_signed(const char *uid, const char *san, char *domain)
{
    struct relay_config ca = of_ca(domain);
    struct made_client client;
    signed_client(&client, uid, san);
    config = &ca;
    enum client_certificate judgement = judged(VERIFIED, NULL, client.certificate.at, NULL);
    config = NULL;
    made_client_free(&client);
    return judgement;
}

START_TEST(with_an_authority_the_name_counts_and_no_key)
{
    prepare();
    ck_assert_int_eq(judged_signed("node", NULL, in_uid), CLIENT_CERTIFICATE_OF_NODE);
    ck_assert(!new_node && !upstream);
    ck_assert_int_eq(judged_signed("stranger", NULL, in_uid), CLIENT_CERTIFICATE_REFUSED);
    ck_assert_ptr_nonnull(strstr(err.text, "not known"));
    ck_assert(new_node && !upstream);
    ck_assert_int_eq(judged_signed("above", NULL, in_uid), CLIENT_CERTIFICATE_REFUSED);
    ck_assert(upstream);
    ck_assert_int_eq(judged_signed(NULL, "DNS:node.d.example", in_uid), CLIENT_CERTIFICATE_REFUSED);
    ck_assert(!new_node && !upstream);
    ck_assert_int_eq(judged_signed("other", "DNS:x.example, DNS:node.d.example", in_san),
                     CLIENT_CERTIFICATE_OF_NODE);
    ck_assert_int_eq(judged_signed("node", "DNS:node.d.example, DNS:other.d.example", in_san),
                     CLIENT_CERTIFICATE_REFUSED);
    ck_assert_ptr_nonnull(strstr(err.text, "names no node, or several"));
    ck_assert(!new_node);
    clean_up();
}
END_TEST

START_TEST(with_an_authority_httpd_has_the_first_word)
{
    struct relay_config ca = of_ca(in_uid);
    struct made_client client;
    prepare();
    signed_client(&client, "above", NULL);
    config = &ca;
    ck_assert_int_eq(judged("SSL_CLIENT_VERIFY=FAILED:x", NULL, client.certificate.at, NULL), CLIENT_CERTIFICATE_NONE);
    ck_assert(!new_node && !upstream);
    ck_assert_int_eq(judged(VERIFIED, node.uid, NULL, NULL), CLIENT_CERTIFICATE_REFUSED);
    ck_assert_ptr_nonnull(strstr(err.text, "ExportCertData"));
    ck_assert_int_eq(judged(VERIFIED, node.uid, "SSL_CLIENT_CERT=nonsense", NULL), CLIENT_CERTIFICATE_REFUSED);
    config = NULL;
    ck_assert_int_eq(judged(VERIFIED, NULL, client.certificate.at, NULL), CLIENT_CERTIFICATE_REFUSED);
    ck_assert(!new_node && !upstream);
    made_client_free(&client);
    clean_up();
}
END_TEST

SUITE_MAIN("client_certificate", a_node_is_known_by_its_key, a_certificate_names_one_node,
           a_removed_node_is_out_though_httpd_knows_it, httpd_must_hand_on_the_certificate,
           what_httpd_did_not_verify_counts_for_nothing, with_an_authority_the_name_counts_and_no_key,
           with_an_authority_httpd_has_the_first_word)
