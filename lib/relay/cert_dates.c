/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/cert_dates.h"

#include <string.h>
#include <time.h>

enum { DATE_SIZE = 32 };

struct dates_walk {
    struct node_index *index;
    int64_t now;
    cert_dates_visit *visit;
    void *context;
};

enum cert_dates cert_dates_of(const struct cert_record *certificate, int64_t now)
{
    if (now > certificate->not_after) {
        return CERT_DATES_EXPIRED;
    }
    if (now < certificate->not_before) {
        return CERT_DATES_NOT_YET;
    }
    return certificate->not_after - now < CERT_DATES_SOON_SECONDS ? CERT_DATES_SOON : CERT_DATES_VALID;
}

void cert_dates_say(struct err *sentence, const char *whose, const struct cert_record *certificate,
                    enum cert_dates dates)
{
    static const char *const words[] = {
        [CERT_DATES_VALID] = "is valid until",
        [CERT_DATES_EXPIRED] = "has expired on",
        [CERT_DATES_NOT_YET] = "is not valid before",
        [CERT_DATES_SOON] = "expires on",
    };
    time_t date = (time_t)(dates == CERT_DATES_NOT_YET ? certificate->not_before : certificate->not_after);
    char text[DATE_SIZE] = "?";
    struct tm parts;
    if (gmtime_r(&date, &parts) != NULL) {
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
    err_set(sentence, "the certificate of %s %s %s", whose, words[dates], text);
}

const char *cert_dates_consequence(enum cert_dates dates)
{
    return dates == CERT_DATES_SOON ? "httpd then ends its connections" : "httpd ends its connections";
}

static bool look_at_dates(void *context, struct slice id, const struct node_index_entry *entry)
{
    const struct dates_walk *walk = context;
    struct cert_record certificates[NODE_INDEX_MAX_CERTS];
    char node_id[NODE_ID_SIZE] = "";
    (void)entry;
    memcpy(node_id, id.at, id.len < NODE_ID_SIZE ? id.len : NODE_ID_SIZE - 1);
    size_t count = node_index_certificates(walk->index, node_id, certificates, NODE_INDEX_MAX_CERTS);
    for (size_t i = 0; i < count; i++) {
        enum cert_dates dates = cert_dates_of(&certificates[i], walk->now);
        if (dates != CERT_DATES_VALID) {
            walk->visit(walk->context, node_id, &certificates[i], dates);
        }
    }
    return true;
}

bool cert_dates_walk(struct node_index *index, int64_t now, cert_dates_visit *visit, void *context, struct err *err)
{
    struct dates_walk walk = {index, now, visit, context};
    bool walked = node_index_walk(index, look_at_dates, &walk, err);
    (void)node_index_refresh(index, NULL); /* gives the pages back now: the next request may come in an hour */
    return walked;
}
