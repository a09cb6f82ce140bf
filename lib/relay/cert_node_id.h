/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cert_node_id: the node of a certificate, by one rule for the whole relay.
 *
 * Source: PROTOCOL.md sections 3 and 18. The id is the subject's UID or, where an authority of the site has signed the
 * certificate and the site wants it so, the first label of a DNS name in the SAN: <node id>.<domain>. There must be
 * exactly one id by that rule: another program could read the other one.
 */
#pragma once

#include <openssl/x509.h>
#include <stdbool.h>

#include "relay/node_id.h"
#include "util/err.h"

/* domain: "" for the UID; else that of the DNS names, without a dot in front. Names elsewhere do not matter. False with
 * the reason; then node_id is the first id there is, or "". May leave errors in OpenSSL's queue. */
bool cert_node_id(X509 *certificate, const char *domain, char node_id[NODE_ID_SIZE], struct err *err);
