/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <time.h>

#include "support/certificate.h"
#include "support/made_index.h"
#include "support/suite.h"
#include "support/tmpdir.h"
#include "system/cert_health.h"

enum { DAY = 86400 };

/* An upstream's certificate file, and what is found. */
struct dates {
    struct tmpdir directory;
    char upstream[100];
    struct relay_config config;
    struct buffer pem;
    struct cert_health health;
};

static void add_node(struct dates *dates, const char *node_id, long from, long until)
{
    X509 *certificate = certificate_make((const char *const[]){node_id, NULL});
    X509_gmtime_adj(X509_getm_notBefore(certificate), from);
    X509_gmtime_adj(X509_getm_notAfter(certificate), until);
    certificate_add_pem(&dates->pem, certificate);
    X509_free(certificate);
}

static void open_dates(struct dates *dates)
{
    *dates = (struct dates){.directory = tmpdir_make()};
    snprintf(dates->upstream, sizeof dates->upstream, "%s/upstream.pem", dates->directory.path);
    dates->config.general.node_id = (char *)"root";
    dates->config.general.node_index_file = (char *)"/nowhere";
    dates->config.upstream.server_certificate_file = dates->upstream;
}

static void close_dates(struct dates *dates)
{
    buffer_free(&dates->pem);
    tmpdir_remove(&dates->directory);
}

static void write_upstream(struct dates *dates, long until)
{
    buffer_clear(&dates->pem);
    add_node(dates, "above", -DAY, until);
    tmpdir_write(dates->directory.fd, "upstream.pem", buffer_cstr(&dates->pem));
}

static const char *finding_of(const struct dates *dates, size_t i)
{
    return i < dates->health.findings.count ? dates->health.findings.at[i].text.text : "";
}

static bool begins_with(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

START_TEST(nodes_are_counted_and_the_first_is_named)
{
    struct dates dates;
    open_dates(&dates);
    add_node(&dates, "good", -DAY, 365 * DAY);
    add_node(&dates, "old", -2 * DAY, -DAY);
    add_node(&dates, "older", -9 * DAY, -8 * DAY);
    add_node(&dates, "root", -DAY, 10 * DAY);
    add_node(&dates, "soon", -DAY, 10 * DAY);
    static const char nodes[] = "{" MADE_NODE("good", "h", "root") "," MADE_NODE("old", "h", "root") "," MADE_NODE(
        "older", "h", "root") "," MADE_NODE("root", "h", "root") "," MADE_NODE("soon", "h", "root") "}";
    struct made_index made = made_index_new(nodes, buffer_cstr(&dates.pem));
    cert_health_collect(&dates.health, &dates.config, made.index, time(NULL));
    ck_assert_uint_eq(dates.health.findings.count, 3);
    ck_assert(begins_with(finding_of(&dates, 0), "The certificate of this server itself expires on 2"));
    ck_assert(begins_with(finding_of(&dates, 1), "The certificate of node old has expired on 2"));
    ck_assert_ptr_nonnull(strstr(finding_of(&dates, 1), "Z; httpd ends its connections. So it is with 1 more nodes"));
    ck_assert(begins_with(finding_of(&dates, 2), "The certificate of node soon expires on 2"));
    ck_assert_ptr_nonnull(strstr(finding_of(&dates, 2), "Z; httpd then ends"));
    ck_assert_str_eq(findings_first_stop(&dates.health.findings), "");
    ck_assert(begins_with(dates.health.wrong.text, "the certificate of node old has expired on 2"));
    made_index_free(&made);
    close_dates(&dates);
}
END_TEST

START_TEST(what_only_expires_soon_is_not_wrong_yet)
{
    struct dates dates;
    open_dates(&dates);
    dates.config.reporting.output = RELAY_OUTPUT_UPSTREAM;
    write_upstream(&dates, 10 * DAY);
    cert_health_collect(&dates.health, &dates.config, NULL, time(NULL));
    ck_assert(begins_with(finding_of(&dates, 0), "The certificate of the upstream server expires on 2"));
    ck_assert_str_eq(dates.health.wrong.text, "");
    close_dates(&dates);
}
END_TEST

START_TEST(it_is_looked_at_anew_when_the_file_is_another_and_each_hour)
{
    struct dates dates;
    int64_t now = time(NULL);
    open_dates(&dates);
    dates.config.reporting.output = RELAY_OUTPUT_UPSTREAM;
    write_upstream(&dates, 365 * DAY);
    cert_health_collect(&dates.health, &dates.config, NULL, now);
    ck_assert_uint_eq(dates.health.findings.count, 0);
    cert_health_collect(&dates.health, &dates.config, NULL, now + 3599);
    ck_assert_int_eq(dates.health.seen.checked, now);
    cert_health_collect(&dates.health, &dates.config, NULL, now + 366 * DAY);
    ck_assert(begins_with(dates.health.wrong.text, "the certificate of the upstream server has expired on 2"));
    write_upstream(&dates, 4000 * DAY);
    cert_health_collect(&dates.health, &dates.config, NULL, now + 366 * DAY + 1);
    ck_assert_uint_eq(dates.health.findings.count, 0);
    close_dates(&dates);
}
END_TEST

/* What httpd shows, and what this server shows as a client. */
START_TEST(this_servers_own_certificates_are_looked_at)
{
    struct dates dates;
    open_dates(&dates);
    write_upstream(&dates, 10 * DAY);
    dates.config.general.httpd_certificate_file = dates.upstream;
    cert_health_collect(&dates.health, &dates.config, NULL, time(NULL));
    ck_assert(begins_with(finding_of(&dates, 0), "The certificate of this server's httpd expires on 2"));
    ck_assert_uint_eq(dates.health.findings.count, 1);
    dates.config.reporting.output = RELAY_OUTPUT_UPSTREAM;
    dates.config.upstream.client_certificate_file = dates.upstream;
    cert_health_collect(&dates.health, &dates.config, NULL, time(NULL));
    ck_assert(begins_with(finding_of(&dates, 1), "The certificate of this server as a client expires on 2"));
    close_dates(&dates);
}
END_TEST

START_TEST(an_upstream_that_is_not_used_or_has_no_file_is_not_looked_at)
{
    struct dates dates;
    open_dates(&dates);
    write_upstream(&dates, -DAY / 2);
    cert_health_collect(&dates.health, &dates.config, NULL, time(NULL));
    ck_assert_uint_eq(dates.health.findings.count, 0);
    dates.config.inventory.output = RELAY_OUTPUT_UPSTREAM;
    unlinkat(dates.directory.fd, "upstream.pem", 0);
    cert_health_collect(&dates.health, &dates.config, NULL, time(NULL));
    ck_assert_uint_eq(dates.health.findings.count, 0);
    tmpdir_write(dates.directory.fd, "upstream.pem", "nothing of the sort");
    cert_health_collect(&dates.health, &dates.config, NULL, time(NULL));
    ck_assert_uint_eq(dates.health.findings.count, 0);
    close_dates(&dates);
}
END_TEST

SUITE_MAIN("cert_health", nodes_are_counted_and_the_first_is_named, what_only_expires_soon_is_not_wrong_yet,
           it_is_looked_at_anew_when_the_file_is_another_and_each_hour, this_servers_own_certificates_are_looked_at,
           an_upstream_that_is_not_used_or_has_no_file_is_not_looked_at)
