/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-policies: a node's policies, for that node alone.
 */
#include "endpoint/endpoint.h"
#include "policies/policies.h"

static const struct route routes[] = {
    {"GET", "/policies/*/rules/cfengine-community.tar.gz", policies_get_tar_gz},
    {"HEAD", "/policies/*/rules/cfengine-community.tar.gz", policies_get_tar_gz},
    {"GET", "/policies/*/rules/cfengine-community.zip", policies_get_zip},
    {"HEAD", "/policies/*/rules/cfengine-community.zip", policies_get_zip},
    {"GET", "/policies/*/rules/**", policies_get_file},
    {"HEAD", "/policies/*/rules/**", policies_get_file},
};

static const struct endpoint_program program = {
    .name = "policies",
    .summary = "Gives a node its policies.",
    .endpoint = RELAY_ENDPOINT_POLICIES,
    .routes = {.at = routes, .count = sizeof routes / sizeof *routes},
    .uses_node_index = true,
    .start = policies_start,
    .stop = policies_stop,
};

int main(int argc, char **argv)
{
    return endpoint_run(&program, argc, argv);
}
