/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rudder-relay-policies: a node's policies, for that node alone; the files for all nodes; this server's node id.
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
    {"GET", "/common/**", policies_get_common},
    {"HEAD", "/common/**", policies_get_common},
    {"GET", "/uuid", policies_get_uuid},
    {"HEAD", "/uuid", policies_get_uuid},
};

static const struct endpoint_program program = {
    .name = "policies",
    .summary = "Gives a node its policies, and what all nodes need for them.",
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
