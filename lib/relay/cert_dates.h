/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cert_dates: finds nodes whose certificates have expired or are not valid yet.
 *
 * A signature is accepted whatever the dates are: a certificate is a pinned identity (PROTOCOL.md section 3). httpd
 * ends a TLS connection by itself when a client shows a certificate that has expired or is not valid yet, so such a
 * node's uploads never reach a program. An administrator has to be told.
 */
#ifndef RELAY_CERT_DATES_H
#define RELAY_CERT_DATES_H

#include <stdint.h>

#include "relay/node_index.h"

enum cert_dates { CERT_DATES_VALID, CERT_DATES_EXPIRED, CERT_DATES_NOT_YET };

enum cert_dates cert_dates_of(const struct cert_record *certificate, int64_t now);

/* Calls visit for each certificate that is not valid at `now`. A node with two such certificates is visited twice.
 * Reads the whole index (some 0.4 s with 50,000 nodes): not for every request. False with err when the index cannot be
 * read. */
typedef void cert_dates_visit(void *context, const char *node_id, const struct cert_record *certificate,
                              enum cert_dates dates);
bool cert_dates_walk(struct node_index *index, int64_t now, cert_dates_visit *visit, void *context, struct err *err);

#endif
