/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * peer: the other Rudder servers, the upstream and the relays below, as the configuration says to reach and to
 * recognise them.
 *
 * Source: PROTOCOL.md section 13. With cert_pinning the upstream proves itself by the key of
 * output.upstream.server_certificate_file, a relay below by the key of one of its certificates in the node index.
 */
#ifndef RELAY_PEER_H
#define RELAY_PEER_H

#include <stdbool.h>

#include "relay/node_index.h"
#include "relay/relay_config.h"
#include "util/buffer.h"
#include "util/err.h"
#include "util/http_client.h"

/* A client with the configured peer authentication, idle time-out, proxy and limits. dangerous_none: a warning in the
 * log. NULL with err. */
struct http_client *peer_client(const struct relay_config *config, struct err *err);

/* The pins of the upstream, or of a node, added to pins. Without cert_pinning nothing is added, and true returned.
 * False with err: there is no certificate. */
bool peer_upstream_pins(const struct relay_config *config, struct buffer *pins, struct err *err);
bool peer_node_pins(const struct relay_config *config, struct node_index *index, const char *node_id,
                    struct buffer *pins, struct err *err);

/* "https://<host>:<https_port>" of the upstream, or of a node, added to url; the path is the caller's to add. */
bool peer_upstream_url(const struct relay_config *config, struct buffer *url, struct err *err);
bool peer_node_url(const struct relay_config *config, struct node_index *index, const char *node_id, struct buffer *url,
                   struct err *err);

#endif
