/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_certs: walks a PEM file of concatenated node certificates without parsing more of X.509 than the subject.
 *
 * Source: PROTOCOL.md section 3; PEM per RFC 7468. The node id is the subject's UID attribute,
 * OID 0.9.2342.19200300.100.1.1.
 *
 * One bad certificate among 50,000 must not cost the other nodes anything, and half a file must not pass for a whole
 * one. So damage that ends within its block (characters that are no base64, DER that is no certificate, an END line
 * that is missing before the next BEGIN) is handed to the callback as a certificate without content, to be skipped with
 * a warning; a file that ends inside a block was cut off or is being written, and is an error.
 */
#ifndef RELAY_NODE_CERTS_H
#define RELAY_NODE_CERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "relay/node_id.h"
#include "util/err.h"
#include "util/slice.h"

enum { NODE_CERTS_MAX_PEM = 65536 }; /* bytes of base64 in one block; a 4096-bit RSA certificate has 2,000 */

/* Called for each certificate, in the order of the file. der is valid during the call; its len is 0 when the block is
 * damaged. node_id is NULL when the certificate has no (valid) UID. line is where its PEM begins. Returning false stops
 * the walk, which then returns false with the callback's err. */
typedef bool node_certs_visit(void *context, const char *node_id, struct slice der, size_t line, struct err *err);

/* False on a file that ends inside a block, with that block's line in err. Text between blocks is ignored. */
bool node_certs_walk(struct slice pem, node_certs_visit *visit, void *context, struct err *err);

/* The same from a file, in memory that does not grow with it. A read error is false, too. */
bool node_certs_walk_file(FILE *file, node_certs_visit *visit, void *context, struct err *err);

/* The UID of one DER certificate. False when it is no certificate, or has not exactly one UID, or no valid one. */
bool node_certs_uid(struct slice der, char node_id[NODE_ID_SIZE]);

#endif
