/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * client_certificate: finds out which node the client is, by its certificate.
 *
 * Source: PROTOCOL.md section 3. A certificate counts when httpd has verified it, when it names one node (exactly one
 * UID), and when its key is one of that node's in the node index. httpd reads its own list of certificates only when it
 * is reloaded; the index is current, so a node that was removed, or has another key, is refused at once. httpd passes
 * on the certificate where its configuration says SSLOptions +ExportCertData.
 */
#ifndef RELAY_ENDPOINT_CLIENT_CERTIFICATE_H
#define RELAY_ENDPOINT_CLIENT_CERTIFICATE_H

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

/* *node_id is valid as long as the request. The request has an index (request_context_has_index). */
enum client_certificate client_certificate(const struct request *request, const char **node_id, struct err *err);

/* Has the client proved that it has one of these keys (util/http_pins.h)? It does not matter whether httpd knows the
 * certificate: without the private key there is no TLS connection. */
bool client_certificate_is_pinned(const struct request *request, struct slice pins);

#endif
