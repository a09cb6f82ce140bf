/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cert_dates: finds nodes whose certificates have expired, are not valid yet, or expire soon.
 *
 * A signature is accepted whatever the dates are: a certificate is a pinned identity (PROTOCOL.md section 3). httpd
 * ends a TLS connection by itself when a client shows a certificate that has expired or is not valid yet, so such a
 * node's uploads never reach a program. An administrator has to be told.
 */
#pragma once

#include <stdint.h>

#include "relay/node_index.h"

enum cert_dates { CERT_DATES_VALID, CERT_DATES_EXPIRED, CERT_DATES_NOT_YET, CERT_DATES_SOON, CERT_DATES_KINDS };
enum { CERT_DATES_SOON_SECONDS = 30 * 86400 }; /* CERT_DATES_SOON: valid now, but for less than this */

enum cert_dates cert_dates_of(const struct cert_record *certificate, int64_t now);

/* Writes "the certificate of <whose> has expired on 2026-11-28T12:00:00Z", or what else its dates are. Printable. */
void cert_dates_say(struct err *sentence, const char *whose, const struct cert_record *certificate,
                    enum cert_dates dates);

/* What follows from them for a node: "httpd ends its connections", or that it then does. */
const char *cert_dates_consequence(enum cert_dates dates);

/* Calls visit for each certificate whose dates are not CERT_DATES_VALID at `now`. A node with two such certificates
 * is visited twice. Reads the whole index (some 0.4 s with 50,000 nodes): not for every request. Maps it anew after
 * that, so what node_index_* returned before is no longer valid. False with err when the index cannot be read. */
typedef void cert_dates_visit(void *context, const char *node_id, const struct cert_record *certificate,
                              enum cert_dates dates);
bool cert_dates_walk(struct node_index *index, int64_t now, cert_dates_visit *visit, void *context, struct err *err);
