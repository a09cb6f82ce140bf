/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics/cert_stats.h"

#include <inttypes.h>

#include "metrics/metrics_lines.h"

static const char *const dates_labels[CERT_DATES_KINDS] = {
    [CERT_DATES_EXPIRED] = "expired",
    [CERT_DATES_NOT_YET] = "not_yet_valid",
    [CERT_DATES_SOON] = "expires_soon",
};

static void count_by_dates(void *context, const char *node_id, const struct cert_record *certificate,
                              enum cert_dates dates)
{
    struct cert_stats *stats = context;
    (void)node_id;
    (void)certificate;
    stats->nodes[dates]++;
}

static void read_file(struct cert_stats *stats, const struct relay_config *config, enum cert_file which,
                      const struct cert_revocations *revocations)
{
    struct cert_record record = {0};
    X509 *certificate = cert_file_read(config, which);
    if (certificate != NULL) {
        cert_record_dates(&record, certificate);
        stats->ends[which] = record.not_after;
        stats->revoked[which] = cert_revocations_have(revocations, certificate);
    }
    X509_free(certificate);
}

void cert_stats_read(struct cert_stats *stats, const struct relay_config *config, struct node_index *index,
                     int64_t now_seconds)
{
    struct cert_files_seen seen = stats->seen;
    struct cert_revocations revocations;
    if (!cert_files_due(&seen, config, index != NULL, now_seconds)) {
        return;
    }
    *stats = (struct cert_stats){.seen = seen};
    if (index != NULL) {
        cert_dates_walk(index, now_seconds, count_by_dates, stats, NULL);
    }
    stats->has_lists = cert_revocations_read(config, &revocations);
    stats->revocations = revocations.count;
    stats->next_update = revocations.next_update;
    for (enum cert_file which = CERT_FILE_SERVER; which < CERT_FILES; which++) {
        read_file(stats, config, which, &revocations);
    }
    cert_revocations_free(&revocations);
}

static void add_ends(const struct cert_stats *stats, struct buffer *out)
{
    static const char name[] = "rudder_relay_certificate_expiry_timestamp_seconds";
    metrics_lines_head(out, name, "gauge", "When a certificate that relay.conf names expires.");
    for (enum cert_file which = CERT_FILE_SERVER; which < CERT_FILES; which++) {
        if (stats->ends[which] != 0) {
            buffer_add_format(out, "%s{of=\"%s\"} %" PRId64 "\n", name, cert_file_label(which), stats->ends[which]);
        }
    }
}

static void add_revocations(const struct cert_stats *stats, struct buffer *out)
{
    static const char name[] = "rudder_relay_certificate_revoked";
    metrics_lines_head(out, name, "gauge", "1 when general.crl_file has such a certificate as revoked.");
    for (enum cert_file which = CERT_FILE_SERVER; which < CERT_FILES; which++) {
        if (stats->ends[which] != 0) {
            buffer_add_format(out, "%s{of=\"%s\"} %d\n", name, cert_file_label(which), stats->revoked[which]);
        }
    }
    metrics_lines_head(out, "rudder_relay_revoked_certificates", "gauge", "Certificates in general.crl_file.");
    buffer_add_format(out, "rudder_relay_revoked_certificates %" PRIu64 "\n", stats->revocations);
    if (stats->next_update != 0) {
        metrics_lines_head(out, "rudder_relay_crl_next_update_timestamp_seconds", "gauge",
                           "When general.crl_file is out of date, and httpd shuts out those whom its authority has "
                           "signed.");
        buffer_add_format(out, "rudder_relay_crl_next_update_timestamp_seconds %" PRId64 "\n", stats->next_update);
    }
}

void cert_stats_add(const struct cert_stats *stats, struct buffer *out)
{
    static const char name[] = "rudder_relay_node_certificates";
    metrics_lines_head(out, name, "gauge",
                       "Certificates of nodes that have expired, are not valid yet, or expire within 30 days.");
    for (enum cert_dates dates = CERT_DATES_EXPIRED; dates < CERT_DATES_KINDS; dates++) {
        buffer_add_format(out, "%s{state=\"%s\"} %" PRIu64 "\n", name, dates_labels[dates], stats->nodes[dates]);
    }
    add_ends(stats, out);
    if (stats->has_lists) {
        add_revocations(stats, out);
    }
}
