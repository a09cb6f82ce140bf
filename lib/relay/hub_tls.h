/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hub_tls: the hub's side of TLS: 1.2 or later, and every client shows a certificate.
 *
 * Where client certificates are pinned the handshake takes any certificate and proves that the client has its key;
 * the node index says for each request whose it is (relay/cert_client.h). So a removed node is refused at once, and an
 * expired certificate does no harm. Where an authority signs them the chain is verified here, by hub.client_ca_file, up
 * to five deep, and against general.crl_file if there is one.
 *
 * A waiting connection keeps no buffer (SSL_MODE_RELEASE_BUFFERS). There are neither session cache nor tickets: an
 * agent's next connection comes from another process, which would not use them, and a relay keeps its connection.
 */
#pragma once

#include <openssl/ssl.h>

#include "relay/relay_config.h"
#include "util/err.h"

/* Reads certificate, key and authorities. NULL with err. The caller frees it (SSL_CTX_free). */
SSL_CTX *hub_tls_new(const struct relay_config *config, struct err *err);
