/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * client_certificate: finds out which node the client is, by its certificate.
 *
 * Source: PROTOCOL.md sections 3 and 18. Where client certificates are pinned, one counts when httpd has verified it,
 * when it names one node (exactly one UID), and when its key is one of that node's in the node index. httpd reads its
 * own list of certificates only when it is reloaded; the index is current, so a node that was removed, or has another
 * key, is refused at once. httpd passes on the certificate where its configuration says SSLOptions +ExportCertData.
 *
 * Where an authority of the site signs them (general.client_certificates = "ca"), a certificate counts when httpd has
 * verified its chain, when it names one node (cert_node_id.h), and when that node is in the node index. Its key is
 * compared with nothing.
 */
#pragma once

#include <stdbool.h>

#include "endpoint/request.h"
#include "util/err.h"

enum client_certificate {
    CLIENT_CERTIFICATE_NONE,    /* the client showed none, or one that httpd did not verify */
    CLIENT_CERTIFICATE_OF_NODE, /* with *node_id */
    CLIENT_CERTIFICATE_REFUSED, /* with err, in words for the client */
};

/* Did the client show a certificate that httpd has verified? */
bool client_certificate_shown(const struct request *request);

/* Is this a relay that takes no passwords, so that each client shows a certificate that an authority has signed? */
bool client_certificate_by_ca(const struct request *request);

/* *node_id is valid as long as the request. The request has an index (request_context_has_index). */
enum client_certificate client_certificate(struct request *request, const char **node_id, struct err *err);

/* With an authority: is the client a node that is not in the index, perhaps not yet? The authority knows it. */
bool client_certificate_is_new_node(struct request *request);

/* With an authority: is the client the policy server above (output.upstream.node_id)? */
bool client_certificate_is_upstream(struct request *request);

/* Has the client proved that it has one of these keys (util/http_pins.h)? It does not matter whether httpd knows the
 * certificate: without the private key there is no TLS connection. */
bool client_certificate_is_pinned(const struct request *request, struct slice pins);
