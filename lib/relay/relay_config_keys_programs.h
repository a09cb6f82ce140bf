/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relay_config_keys_programs: the rows of those groups that one program each reads. They are a part of the table in
 * relay_config_keys.c, which alone includes this and has the macros.
 */
#pragma once

    {"remote_run.enabled", CONFIG_BOOL, FIELD(remote_run.enabled), "true",
     .help = "Whether agents may be started from here. If not, the endpoint answers 404."},
    {"remote_run.command", CONFIG_PATH, FIELD(remote_run.command), "/opt/rudder/bin/rudder",
     .help = "The command that does it."},
    {"remote_run.use_sudo", CONFIG_BOOL, FIELD(remote_run.use_sudo), "true", .help = "Whether it is run by sudo."},
    {"remote_run.timeout", CONFIG_DURATION, FIELD(remote_run.timeout), "10min", 1, A_YEAR,
     .help = "How long one such command may take, and, 15 seconds more for each level, the answer of the relays below. "
             "httpd has a limit of its own for this endpoint, which should be longer. The web application waits five "
             "minutes."},
    {"remote_run.max_children", CONFIG_INT, FIELD(remote_run.max_children), "8", 1, 1000,
     .help = "How many commands run at the same time for one request, and how many runs that nobody waits for each "
             "process of the endpoint lets go on."},
    {"remote_run.max_output", CONFIG_SIZE, FIELD(remote_run.max_output), "32MiB", 1, LARGEST_FILE,
     .help = "How much output is kept in memory for an answer that is sent only once it is complete; the rest is "
             "left out."},

    {"hub.enabled", CONFIG_BOOL, FIELD(hub.enabled), "false",
     .help = "Whether remote-run asks rudder-relay-hub first: nodes that wait there get an order at once."},
    {"hub.address", CONFIG_TEXT, FIELD(hub.address), "",
     .help = "The address at which nodes wait. When empty: all. What systemd passes (rudder-relay-hub.socket) wins."},
    {"hub.port", CONFIG_INT, FIELD(hub.port), "5310", 1, 65535, .help = "Its port."},
    {"hub.key_file", CONFIG_PATH, FIELD(hub.key_file), "/opt/rudder/etc/ssl/rudder.key",
     .help = "The key of general.httpd_certificate_file, which the hub shows, too. A P-256 key costs least."},
    {"hub.client_ca_file", CONFIG_PATH, FIELD(hub.client_ca_file), "/var/rudder/lib/ssl/policy_server_ca.pem",
     .help = "With general.client_certificates = \"ca\": the authorities that sign certificates of nodes, PEM."},
    {"hub.socket", CONFIG_PATH, FIELD(hub.socket), "/run/rudder-relay/hub/hub.sock",
     .help = "Where remote-run reaches the hub. Only its group may connect."},
    {"hub.proxy_socket", CONFIG_PATH, FIELD(hub.proxy_socket), "",
     .help = "Where httpd reaches the hub, if nodes wait at httpd's port. It is believed whose certificate it is."},
    {"hub.orders_directory", CONFIG_PATH, FIELD(hub.orders_directory), "/var/lib/rudder-relay/orders",
     .help = "Where orders are until all their nodes have begun them, or until they expire."},
    {"hub.order_lifetime", CONFIG_DURATION, FIELD(hub.order_lifetime), "10min", 5, 7 * 24 * 3600,
     .help = "For so long a node may begin what was ordered. Then the order is removed, and said so in the log."},
    {"hub.max_orders", CONFIG_INT, FIELD(hub.max_orders), "1000", 1, 100000,
     .help = "With more orders than this at a time further ones are refused, and remote-run runs its command."},
    {"hub.max_waiting", CONFIG_INT, FIELD(hub.max_waiting), "50000", 1, 1000000,
     .help = "With more nodes waiting than this the next one is told to come back later."},
    {"hub.admission_rate", CONFIG_INT, FIELD(hub.admission_rate), "200", 1, 100000,
     .help = "So many nodes a second begin to wait; others are told to come later, as after a restart of the hub."},
    {"hub.vanished_after", CONFIG_DURATION, FIELD(hub.vanished_after), "2min", 1, A_YEAR,
     .help = "A node that was waiting and is gone for so long is said to have vanished, in the log and in metrics."},
    {"hub.upstream_port", CONFIG_INT, FIELD(hub.upstream_port), "5310", 1, 65535,
     .help = "The port of the hub above, where a relay waits. It shows output.upstream.client_certificate_file."},
    {"hub.remote_run_url", CONFIG_TEXT, FIELD(hub.remote_run_url),
     "http://127.0.0.1:3030/rudder/relay-api/remote-run/nodes",
     .help = "remote-run of this relay, for nodes that do not wait for an order from above. When empty: none of them."},

    {"virtual.enabled", CONFIG_BOOL, FIELD(virtual_nodes.enabled), "false",
     .help = "Whether rudder-relay-virtual runs commands for nodes that have no agent."},
    {"virtual.directory", CONFIG_PATH, FIELD(virtual_nodes.directory), "/etc/rudder-relay/virtual.d",
     .help = "A file for each of them, NAME.conf, see rudder-relay-virtual(8)."},
    {"virtual.keys_directory", CONFIG_PATH, FIELD(virtual_nodes.keys_directory), "/var/lib/rudder-relay/virtual-keys",
     .help = "Their keys and certificates, NODE-ID.key and NODE-ID.cert, PEM, for user rudder-relay-virtual alone."},
    {"virtual.state_directory", CONFIG_PATH, FIELD(virtual_nodes.state_directory), "/var/lib/rudder-relay/virtual",
     .help = "Where it keeps how the last runs went, and run logs that the spool has no room for."},
    {"virtual.command_socket", CONFIG_PATH, FIELD(virtual_nodes.command_socket),
     "/run/rudder-relay/virtual/command.sock",
     .help = "Where it reaches rudder-relay-virtual-command, which runs the commands as another user."},
    {"virtual.max_parallel", CONFIG_INT, FIELD(virtual_nodes.max_parallel), "4", 1, 1000,
     .help = "So many commands run at a time; others wait for their turn."},
    {"virtual.max_output", CONFIG_SIZE, FIELD(virtual_nodes.max_output), "1MiB", 1024, 64 << 20,
     .help = "A command that prints more than this is ended, and that is its report."},

    {"shared_files.path", CONFIG_PATH, FIELD(shared_files.path), "/var/rudder/shared-files",
     .help = "Where files that nodes share with each other are kept."},
    {"shared_files.max_body_size", CONFIG_SIZE, FIELD(shared_files.max_body_size), "50MiB", 1, LARGEST_FILE,
     .help = "A larger one is answered 413."},
    {"shared_files.max_unfinished_size", CONFIG_SIZE, FIELD(shared_files.max_unfinished_size), "256MiB", 1,
     LARGEST_FILE,
     .help = "How large the files may be together that are on their way in at once, those of one client half of it. A "
             "small one counts as a 32nd of it. What is beyond is answered 503."},
    {"shared_files.max_ttl", CONFIG_DURATION, FIELD(shared_files.max_ttl), "30d", 1, 10 * A_YEAR,
     .help = "A file is kept no longer than this, whatever its sender asks for."},
    {"shared_files.require_certificate", CONFIG_BOOL, FIELD(shared_files.require_certificate), "false",
     .help =
         "Whether a file is taken only from a client with a certificate: the source's, that of a policy server above "
         "the source, or that of output.upstream. Agents of Rudder show none, unless general.client_certificates is "
         "ca: then the default is true."},
    {"shared_files.cleanup.frequency", CONFIG_DURATION, FIELD(shared_files.cleanup_frequency), "10min", 1, A_YEAR,
     .help = "How often expired files are removed."},

    {"shared_folder.path", CONFIG_PATH, FIELD(shared_folder.path), "/var/rudder/configuration-repository/shared-files",
     .help = "The directory that every node may read. Symbolic links in it are not followed."},
    {"shared_folder.hash_cache_file", CONFIG_PATH, FIELD(shared_folder.hash_cache_file),
     "/run/rudder-relay-shared-folder/hashes",
     .help = "Where the hashes of its files are remembered, for all processes of the program. When empty, each process "
             "remembers for itself."},

    {"policies.path", CONFIG_PATH, FIELD(policies.path), "/var/rudder/share",
     .help = "The directory of the policies of all nodes: <node id>/rules/cfengine-community is what a Unix agent "
             "fetches."},
    {"policies.cache_directory", CONFIG_PATH, FIELD(policies.cache_directory), "/var/cache/rudder-relay/policies",
     .help = "Where the archives made of these directories are kept. Only the policies program may write here."},
    {"policies.cache_size", CONFIG_SIZE, FIELD(policies.cache_size), "1GiB", 0, LARGEST_FILE,
     .help = "When the archives in it are larger than this together, those that nobody asked for the longest go. What "
             "tells agents that their policies are unchanged is kept: a few hundred bytes a node."},
    {"policies.cache_retention", CONFIG_DURATION, FIELD(policies.cache_retention), "7d", 60, A_YEAR,
     .help = "What was not asked for during this time is removed from the cache."},
    {"policies.max_files", CONFIG_INT, FIELD(policies.max_files), "20000", 1, 1000000,
     .help = "A node's policies of more files and directories than this are not served."},
    {"policies.max_size", CONFIG_SIZE, FIELD(policies.max_size), "512MiB", 1, LARGEST_FILE,
     .help = "Nor are those of more bytes than this, not compressed."},
    {"policies.settle_time", CONFIG_DURATION, FIELD(policies.settle_time), "1s", 0, 3600,
     .help = "A directory in which something changed less than this ago is taken for half written, and waited for."},
    {"policies.max_wait", CONFIG_DURATION, FIELD(policies.max_wait), "5s", 0, 30,
     .help = "How long a request waits for a directory that keeps changing, before it is answered 503."},

    {"policy_proxy.cache_directory", CONFIG_PATH, FIELD(policy_proxy.cache_directory),
     "/var/cache/rudder-relay/policy-proxy",
     .help = "Where a relay keeps what it fetched from the policy server above. Only the policy-proxy program may "
             "write here."},
    {"policy_proxy.cache_size", CONFIG_SIZE, FIELD(policy_proxy.cache_size), "2GiB", 0, LARGEST_FILE,
     .help = "When the files in it are larger than this together, those that nobody asked for the longest go."},
    {"policy_proxy.cache_retention", CONFIG_DURATION, FIELD(policy_proxy.cache_retention), "7d", 60, A_YEAR,
     .help = "What was not asked for during this time is removed from the cache."},
    {"policy_proxy.max_file_size", CONFIG_SIZE, FIELD(policy_proxy.max_file_size), "512MiB", 1, LARGEST_FILE,
     .help = "A file of more bytes than this is not fetched."},
    {"policy_proxy.revalidate", CONFIG_DURATION, FIELD(policy_proxy.revalidate), "10s", 0, 3600,
     .help = "For so long a file is handed out without asking the server above whether it has changed."},
    {"policy_proxy.retry", CONFIG_DURATION, FIELD(policy_proxy.retry), "30s", 0, 3600,
     .help = "When the server above cannot be reached it is not asked again for so long: what is there is handed "
             "out, for the rest there is a 503."},
