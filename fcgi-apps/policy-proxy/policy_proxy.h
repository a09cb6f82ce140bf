/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * policy_proxy: what rudder-relay-policy-proxy answers on a relay: what nodes fetch to do their work, as the policy
 * server above has it.
 *
 *     GET, HEAD /common/<path>
 *     GET, HEAD /policies/<node id>/rules/<path>
 *
 * Source: PROTOCOL.md section 17. The same paths, answers and clients as at `policies`, which serves the directories of
 * its own machine: httpd's configuration says which of the two a path goes to. The node itself and the policy servers
 * above it get its policies, by their certificates; httpd says who may have /common. The policy server above recognises
 * this relay by its certificate in turn, so relays below relays work alike.
 *
 * A copy on disk (proxy_copy.h) is handed out with the ETag of the server above:
 *   - without asking it, for policy_proxy.revalidate after the last time it was asked;
 *   - then after a conditional request, which costs the server above little. A child makes it
 *     (request_context_try_offload). Of all who ask for one file at a time one asks above; the others wait for it,
 *     briefly if there is a copy. A new content is handed out when it is whole and on disk, never before;
 *   - as it is, while the server above cannot be reached or answers nothing useful: then it is not asked again for
 *     policy_proxy.retry. Without a copy the answer is 503.
 * A 403, 404 or 410 from above removes the copy and is passed on: what was withdrawn is not handed out for ever.
 * 500: the file is larger than policy_proxy.max_file_size. 507: there is no space for it.
 */
#pragma once

#include "endpoint/request.h"
#include "endpoint/response.h"
#include "relay/relay_config.h"
#include "util/err.h"

void *policy_proxy_start(const struct relay_config *config, struct err *err);
void policy_proxy_stop(void *state);

void policy_proxy_get_policies(void *state, struct request *request, struct response *response);
void policy_proxy_get_common(void *state, struct request *request, struct response *response);
