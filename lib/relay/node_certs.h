/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_certs: walks a PEM file of concatenated node certificates without parsing more of X.509 than the subject.
 *
 * Source: PROTOCOL.md section 3; PEM per RFC 7468. The node id is the subject's UID attribute (OID 0.9.2342.19200300.100.1.1).
 */
#ifndef RELAY_NODE_CERTS_H
#define RELAY_NODE_CERTS_H

#include <stdbool.h>
#include <stddef.h>

#include "relay/node_id.h"
#include "util/err.h"
#include "util/slice.h"

/* Called for each certificate, in the order of the file. der is valid during the call. node_id is NULL when the certificate has
 * no (valid) UID. line is where its PEM begins. Returning false stops the walk, which then returns false with the callback's err. */
typedef bool node_certs_visit(void *context, const char *node_id, struct slice der, size_t line, struct err *err);

/* False on a malformed PEM block or DER, with its line in err. Text between blocks is ignored. */
bool node_certs_walk(struct slice pem, node_certs_visit *visit, void *context, struct err *err);

/* The UID of one DER certificate. False when it has none that is a valid node id or is no certificate. */
bool node_certs_uid(struct slice der, char node_id[NODE_ID_SIZE]);

#endif
