/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check_certificates.h"

#include <stdio.h>
#include <time.h>

#include "relay/cert_dates.h"

enum { NOTES_MAX = 10, DATE_SIZE = 32 };

static void note_certificate(void *context, const char *node_id, const struct cert_record *certificate,
                             enum cert_dates dates)
{
    size_t *told = context;
    if (++*told > NOTES_MAX) {
        return;
    }
    time_t date = (time_t)(dates == CERT_DATES_EXPIRED ? certificate->not_after : certificate->not_before);
    char text[DATE_SIZE] = "?";
    struct tm parts;
    if (gmtime_r(&date, &parts) != NULL) {
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
    fprintf(stderr, "note: the certificate of node %s %s %s: httpd ends its connections.\n", node_id,
            dates == CERT_DATES_EXPIRED ? "has expired on" : "is not valid before", text);
}

void check_certificates_tell(const struct relay_config *config)
{
    struct err err;
    size_t told = 0;
    struct node_index *index = node_index_open(config->general.node_index_file, &err);
    if (index == NULL) {
        return;
    }
    if (!cert_dates_walk(index, time(NULL), note_certificate, &told, &err)) {
        fprintf(stderr, "note: %s.\n", err.text);
    } else if (told > NOTES_MAX) {
        fprintf(stderr, "note: %zu more certificates are out of their dates.\n", told - NOTES_MAX);
    }
    node_index_close(index);
}
