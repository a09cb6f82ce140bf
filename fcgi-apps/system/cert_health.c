/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/cert_health.h"

#include <stdio.h>
#include <string.h>

#include "relay/cert_dates.h"

/* What a walk over the nodes finds of one kind: how many certificates, and what there is to say of the first. */
struct dated {
    size_t count;
    struct err first;
};

struct dated_nodes {
    struct cert_health *health;
    const char *me;
    struct dated kinds[CERT_DATES_KINDS];
};

static void cert_health_add(struct cert_health *health, enum cert_dates dates, const struct err *sentence,
                            const char *more)
{
    findings_add(&health->findings, false, "T%s%s", sentence->text + 1, more); /* it begins with "the" */
    if (dates != CERT_DATES_SOON && health->wrong.text[0] == '\0') {
        health->wrong = *sentence;
    }
}

static void count_dated(void *context, const char *node_id, const struct cert_record *certificate,
                        enum cert_dates dates)
{
    struct dated_nodes *nodes = context;
    struct err sentence;
    if (strcmp(node_id, nodes->me) == 0) {
        cert_dates_say(&sentence, "this server itself", certificate, dates);
        cert_health_add(nodes->health, dates, &sentence, "");
    } else if (nodes->kinds[dates].count++ == 0) {
        char whose[NODE_ID_SIZE + sizeof "node "];
        snprintf(whose, sizeof whose, "node %s", node_id);
        cert_dates_say(&nodes->kinds[dates].first, whose, certificate, dates);
    }
}

/* httpd ends the connection of such a node, so none of its uploads comes in and it cannot complain. */
static void judge_nodes_dates(struct cert_health *health, const struct relay_config *config, struct node_index *index,
                              int64_t now)
{
    struct dated_nodes nodes = {.health = health, .me = config->general.node_id};
    if (index == NULL || !cert_dates_walk(index, now, count_dated, &nodes, NULL)) {
        return;
    }
    for (enum cert_dates dates = CERT_DATES_EXPIRED; dates < CERT_DATES_KINDS; dates++) {
        const struct dated *dated = &nodes.kinds[dates];
        char more[120];
        int len = snprintf(more, sizeof more, "; %s", cert_dates_consequence(dates));
        if (dated->count > 1) {
            snprintf(more + len, sizeof more - (size_t)len, ". So it is with %zu more nodes", dated->count - 1);
        }
        if (dated->count > 0) {
            cert_health_add(health, dates, &dated->first, more);
        }
    }
}

/* A certificate of a file: its dates, and whether its authority has revoked it. */
static void judge_file(struct cert_health *health, const struct relay_config *config, enum cert_file which,
                       const struct cert_revocations *revocations, int64_t now)
{
    struct cert_record record = {0};
    struct err sentence;
    X509 *certificate = cert_file_read(config, which);
    if (certificate == NULL) {
        return;
    }
    cert_record_dates(&record, certificate);
    enum cert_dates dates = cert_dates_of(&record, now);
    if (dates != CERT_DATES_VALID) {
        cert_dates_say(&sentence, cert_file_owner(which), &record, dates);
        cert_health_add(health, dates, &sentence, "");
    }
    if (cert_revocations_have(revocations, certificate)) {
        err_set(&sentence, "the certificate of %s has been revoked", cert_file_owner(which));
        cert_health_add(health, CERT_DATES_EXPIRED, &sentence, "");
    }
    X509_free(certificate);
}

/* Authorities renew their lists each day or week, so a month is no measure here. */
static void judge_lists(struct cert_health *health, const struct relay_config *config,
                        const struct cert_revocations *revocations, int64_t now)
{
    struct err sentence;
    if (revocations->next_update != 0 && revocations->next_update < now) {
        err_set(&sentence, "the list of revoked certificates, %s, is out of date", config->general.crl_file);
        cert_health_add(health, CERT_DATES_EXPIRED, &sentence, ": httpd shuts out all whom that authority has signed");
    }
}

void cert_health_collect(struct cert_health *health, const struct relay_config *config, struct node_index *index,
                         int64_t now_seconds)
{
    struct cert_files_seen seen = health->seen;
    struct cert_revocations revocations;
    if (!cert_files_due(&seen, config, index != NULL, now_seconds)) {
        return;
    }
    *health = (struct cert_health){.seen = seen};
    cert_revocations_read(config, &revocations);
    judge_lists(health, config, &revocations, now_seconds);
    judge_nodes_dates(health, config, index, now_seconds);
    for (enum cert_file which = CERT_FILE_SERVER; which < CERT_FILES; which++) {
        judge_file(health, config, which, &revocations, now_seconds);
    }
    cert_revocations_free(&revocations);
}
