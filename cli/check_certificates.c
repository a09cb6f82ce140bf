/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check_certificates.h"

#include <stdio.h>
#include <time.h>

#include "relay/cert_dates.h"

enum { NOTES_MAX = 10 };

static void note_certificate(void *context, const char *node_id, const struct cert_record *certificate,
                             enum cert_dates dates)
{
    size_t *told = context;
    if (++*told > NOTES_MAX) {
        return;
    }
    char whose[NODE_ID_SIZE + sizeof "node "];
    struct err sentence;
    snprintf(whose, sizeof whose, "node %s", node_id);
    cert_dates_say(&sentence, whose, certificate, dates);
    fprintf(stderr, "note: %s: %s.\n", sentence.text, cert_dates_consequence(dates));
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
        fprintf(stderr, "note: %zu more certificates are out of their dates, or soon will be.\n", told - NOTES_MAX);
    }
    node_index_close(index);
}
