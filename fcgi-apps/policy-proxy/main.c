/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-policy-proxy: on a relay, what nodes fetch, as the policy server above has it.
 */
#include "endpoint/endpoint.h"
#include "policy-proxy/policy_proxy.h"

static const struct route routes[] = {
    {"GET", "/policies/*/rules/**", policy_proxy_get_policies},
    {"HEAD", "/policies/*/rules/**", policy_proxy_get_policies},
    {"GET", "/common/**", policy_proxy_get_common},
    {"HEAD", "/common/**", policy_proxy_get_common},
};

static const struct endpoint_program program = {
    .name = "policy-proxy",
    .summary = "Fetches what nodes need for their policies from the policy server above, once for all, and keeps it.",
    .endpoint = RELAY_ENDPOINT_POLICY_PROXY,
    .routes = {.at = routes, .count = sizeof routes / sizeof *routes},
    .uses_node_index = true,
    .start = policy_proxy_start,
    .stop = policy_proxy_stop,
};

int main(int argc, char **argv)
{
    return endpoint_run(&program, argc, argv);
}
