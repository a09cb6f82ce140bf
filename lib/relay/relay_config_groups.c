/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>

#include "relay/relay_config_keys.h"

const char *const relay_config_groups[][2] = {
    {"general", "Who this server is and which nodes it knows."},
    {"processing", "What becomes of the files that were uploaded."},
    {"processing.inventory", "Inventories."},
    {"processing.reporting", "Run logs."},
    {"upload", "What the upload endpoint takes."},
    {"output", "Where the outputs chosen above lead."},
    {"output.database", "PostgreSQL."},
    {"output.database.purge", "What rudder-relay purge removes, and as whom."},
    {"output.upstream", "The policy server above, by HTTPS."},
    {"remote_run", "Starting agents from the web application."},
    {"hub", "Connected mode, rudder-relay-hub."},
    {"syslog", "Run logs of agents that report by syslog, rudder-relay-syslog. They are not signed."},
    {"virtual", "Nodes without an agent, rudder-relay-virtual."},
    {"shared_files", "Files that one node shares with another."},
    {"shared_folder", "Files for all nodes."},
    {"policies", "The policies that nodes fetch."},
    {"policy_proxy", "The same on a relay whose httpd has them fetched from the policy server above."},
    {"logging", "Re-read on reload; everything else needs a restart, but for the passwords, the upstream's "
                "certificate and the files of decryption keys."},
    {NULL, NULL},
};
