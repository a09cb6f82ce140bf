/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * peer: how to reach and recognise the other Rudder servers (the upstream and the relays below), according to the
 * configuration.
 *
 * Source: PROTOCOL.md section 13. With cert_pinning the upstream proves itself by the key of
 * output.upstream.server_certificate_file, a relay below by the key of one of its certificates in the node index, and
 * each also by its general.additional_pins.
 */
#pragma once

#include <stdbool.h>

#include "relay/node_index.h"
#include "relay/relay_config.h"
#include "util/buffer.h"
#include "util/err.h"
#include "util/http_client.h"

/* A client with the configured peer authentication, certificate, idle time-out, proxy and limits. dangerous_none is
 * allowed, with a warning in the log. NULL with err. */
struct http_client *peer_client(const struct relay_config *config, struct err *err);

/* Adds the pins of the upstream, or of a node, to pins. Without cert_pinning it adds nothing and returns true. False
 * with err when there is no certificate. */
bool peer_upstream_pins(const struct relay_config *config, struct buffer *pins, struct err *err);
bool peer_node_pins(const struct relay_config *config, struct node_index *index, const char *node_id,
                    struct buffer *pins, struct err *err);

/* Adds "https://<host>:<https_port>" of the upstream, or of a node, to url. The caller adds the path. */
bool peer_upstream_url(const struct relay_config *config, struct buffer *url, struct err *err);
bool peer_node_url(const struct relay_config *config, struct node_index *index, const char *node_id, struct buffer *url,
                   struct err *err);
