/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics/cert_stats.h"

#include <time.h>

#include "support/certificate.h"
#include "support/made_index.h"
#include "support/suite.h"
#include "util/xmalloc.h"

enum { DAY = 86400 };

static struct tmpdir directory;
static struct relay_config config;
static struct cert_stats stats;

static X509 *make_until(const char *name, long until)
{
    X509 *certificate = certificate_make((const char *const[]){name, NULL});
    X509_gmtime_adj(X509_getm_notBefore(certificate), -9 * DAY);
    X509_gmtime_adj(X509_getm_notAfter(certificate), until);
    return certificate;
}

static void add_until(struct buffer *pem, const char *name, long until)
{
    X509 *certificate = make_until(name, until);
    certificate_add_pem(pem, certificate);
    X509_free(certificate);
}

static void write_until(const char *file, long until)
{
    struct buffer pem = {0};
    add_until(&pem, "n", until);
    tmpdir_write(directory.fd, file, buffer_cstr(&pem));
    buffer_free(&pem);
}

static void set_up_files(void)
{
    directory = tmpdir_make();
    stats = (struct cert_stats){0};
    config = (struct relay_config){0};
    config.general.node_index_file = (char *)"/nowhere";
    config.general.httpd_certificate_file = xasprintf("%s/server.pem", directory.path);
    config.general.crl_file = xasprintf("%s/crl.pem", directory.path);
    config.upstream.client_certificate_file = xasprintf("%s/client.pem", directory.path);
    config.upstream.server_certificate_file = xasprintf("%s/upstream.pem", directory.path);
}

static void tear_down_files(void)
{
    free(config.general.httpd_certificate_file);
    free(config.general.crl_file);
    free(config.upstream.client_certificate_file);
    free(config.upstream.server_certificate_file);
    tmpdir_remove(&directory);
}

static void expect_line(const char *line)
{
    struct buffer page = {0};
    cert_stats_add(&stats, &page);
    ck_assert_msg(strstr(buffer_cstr(&page), line) != NULL, "%s is not in:\n%s", line, page.at);
    buffer_free(&page);
}

static void expect_no(const char *word)
{
    struct buffer page = {0};
    cert_stats_add(&stats, &page);
    ck_assert_msg(strstr(buffer_cstr(&page), word) == NULL, "%s is in:\n%s", word, page.at);
    buffer_free(&page);
}

/* A list that has revoked the certificate, by its issuer (it is its own). */
static void write_revoked(X509 *certificate, long until)
{
    X509_CRL *list = X509_CRL_new();
    ASN1_TIME *when = ASN1_TIME_new();
    X509_REVOKED *entry = X509_REVOKED_new();
    X509_CRL_set_version(list, 1);
    X509_CRL_set_issuer_name(list, X509_get_issuer_name(certificate));
    X509_gmtime_adj(when, 0);
    X509_CRL_set1_lastUpdate(list, when);
    X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate));
    X509_REVOKED_set_revocationDate(entry, when);
    X509_CRL_add0_revoked(list, entry);
    X509_gmtime_adj(when, until);
    X509_CRL_set1_nextUpdate(list, when);
    EVP_PKEY *key = EVP_EC_gen("P-256");
    ck_assert_int_gt(X509_CRL_sign(list, key, EVP_sha256()), 0);
    FILE *file = fopen(config.general.crl_file, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert(PEM_write_X509_CRL(file, list) == 1);
    fclose(file);
    EVP_PKEY_free(key);
    ASN1_TIME_free(when);
    X509_CRL_free(list);
}

START_TEST(nodes_are_counted_by_their_dates)
{
    struct buffer pem = {0};
    set_up_files();
    add_until(&pem, "good", 365 * DAY);
    add_until(&pem, "old", -DAY);
    add_until(&pem, "older", -2 * DAY);
    add_until(&pem, "soon", 29 * DAY);
    struct made_index made =
        made_index_new("{" MADE_NODE("good", "h", "root") "," MADE_NODE("old", "h", "root") "," MADE_NODE(
                           "older", "h", "root") "," MADE_NODE("soon", "h", "root") "}",
                       buffer_cstr(&pem));
    cert_stats_read(&stats, &config, made.index, time(NULL));
    expect_line("rudder_relay_node_certificates{state=\"expired\"} 2\n");
    expect_line("rudder_relay_node_certificates{state=\"not_yet_valid\"} 0\n");
    expect_line("rudder_relay_node_certificates{state=\"expires_soon\"} 1\n");
    expect_no("{of=");
    expect_no("revoked");
    made_index_free(&made);
    buffer_free(&pem);
    tear_down_files();
}
END_TEST

START_TEST(the_ends_of_named_certificates_are_told)
{
    char line[120];
    set_up_files();
    time_t now = time(NULL);
    write_until("server.pem", 5 * DAY);
    write_until("client.pem", 6 * DAY);
    cert_stats_read(&stats, &config, NULL, now);
    ck_assert_int_ge(stats.ends[CERT_FILE_SERVER], now + 5 * DAY);
    ck_assert_int_le(stats.ends[CERT_FILE_SERVER], now + 5 * DAY + 60);
    snprintf(line, sizeof line, "rudder_relay_certificate_expiry_timestamp_seconds{of=\"server\"} %lld\n",
             (long long)stats.ends[CERT_FILE_SERVER]);
    expect_line(line);
    expect_no("\"client\""); /* nothing goes to a server above */
    config.inventory.output = RELAY_OUTPUT_UPSTREAM;
    write_until("upstream.pem", 7 * DAY);
    cert_stats_read(&stats, &config, NULL, now);
    expect_line("{of=\"client\"}");
    expect_line("{of=\"upstream\"}");
    tear_down_files();
}
END_TEST

START_TEST(what_is_revoked_is_told)
{
    char line[120];
    set_up_files();
    time_t now = time(NULL);
    X509 *other = make_until("other", DAY);
    X509 *server = make_until("n", DAY);
    struct buffer pem = {0};
    certificate_add_pem(&pem, server);
    tmpdir_write(directory.fd, "server.pem", buffer_cstr(&pem));
    write_revoked(other, 3 * DAY);
    cert_stats_read(&stats, &config, NULL, now);
    expect_line("rudder_relay_certificate_revoked{of=\"server\"} 0\n");
    expect_line("rudder_relay_revoked_certificates 1\n");
    ck_assert_int_ge(stats.next_update, now + 3 * DAY);
    snprintf(line, sizeof line, "rudder_relay_crl_next_update_timestamp_seconds %lld\n", (long long)stats.next_update);
    expect_line(line);
    write_revoked(server, 4 * DAY);
    cert_stats_read(&stats, &config, NULL, now);
    expect_line("rudder_relay_certificate_revoked{of=\"server\"} 1\n");
    tmpdir_write(directory.fd, "crl.pem", "no list");
    cert_stats_read(&stats, &config, NULL, now);
    expect_no("revoked");
    X509_free(other);
    X509_free(server);
    buffer_free(&pem);
    tear_down_files();
}
END_TEST

SUITE_MAIN("cert_stats", nodes_are_counted_by_their_dates, the_ends_of_named_certificates_are_told,
           what_is_revoked_is_told)
