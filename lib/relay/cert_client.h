/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cert_client: which node a client is, by the certificate that it has proved to own in a TLS handshake.
 *
 * Source: PROTOCOL.md sections 3 and 18. Where client certificates are pinned, a certificate counts when it names one
 * node (exactly one UID) and its key is one of that node's in the node index; dates and issuer do not matter. Where an
 * authority of the site signs them, httpd or the hub has verified the chain in the handshake; the certificate counts
 * when it names one node by the site's rule (cert_node_id.h), whatever its key is. In both cases the node must be in
 * the index.
 */
#pragma once

#include <openssl/x509.h>
#include <stdbool.h>

#include "relay/node_id.h"
#include "relay/node_index.h"
#include "relay/relay_config.h"
#include "util/err.h"

/* Reads the one node id in the certificate, by the site's rule; it need not be in the index. False with err, in words
 * for the client. Leaves OpenSSL's error queue empty. */
bool cert_client_id(const struct relay_config *config, X509 *certificate, char node_id[NODE_ID_SIZE], struct err *err);

/* The same, and the node is in the index and, where certificates are pinned, the key is one of its keys. */
bool cert_client_node(const struct relay_config *config, struct node_index *index, X509 *certificate,
                      char node_id[NODE_ID_SIZE], struct err *err);
