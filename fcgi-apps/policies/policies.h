/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * policies: what rudder-relay-policies answers: what a node fetches to do its work.
 *
 *     GET, HEAD /uuid
 *     GET, HEAD /common/<path>
 *     GET, HEAD /policies/<node id>/rules/cfengine-community.tar.gz, and .zip
 *     GET, HEAD /policies/<node id>/rules/<path>
 *
 * The archive of <policies.path>/<node id>/rules/cfengine-community, or any other file below rules/ as it is
 * (file_answer.h), for example dsc/rudder.zip for Windows. The node itself gets them, and the policy servers above it,
 * which hand them on: by their certificates (client_certificate.h; PROTOCOL.md section 17).
 *
 * The archive: 200 with ETag, Repr-Digest (RFC 9530) and Last-Modified; 304 for an If-None-Match that lists the tag;
 * 404 while the node has no policies; 503 with Retry-After while they keep changing. 403 for anybody else and for a
 * node that is not in the node index.
 *
 * /uuid is the node id of this server, on a line; a stock agent sends no inventory without it. /common is
 * <policies.path>/common, the same for all nodes, with the policies' library above all (PROTOCOL.md section 17). httpd
 * says who may ask for these two.
 */
#pragma once

#include "endpoint/request.h"
#include "endpoint/response.h"
#include "relay/relay_config.h"
#include "util/err.h"

void *policies_start(const struct relay_config *config, struct err *err);
void policies_stop(void *state);

void policies_get_tar_gz(void *state, struct request *request, struct response *response);
void policies_get_zip(void *state, struct request *request, struct response *response);
void policies_get_file(void *state, struct request *request, struct response *response);
void policies_get_common(void *state, struct request *request, struct response *response);
void policies_get_uuid(void *state, struct request *request, struct response *response);
