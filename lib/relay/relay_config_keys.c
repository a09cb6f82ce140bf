/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/relay_config_keys.h"

#include "relay/relay_config.h"

#define FIELD(name) offsetof(struct relay_config, name)

#define MANY INT64_C(1000000000)
#define LARGEST_FILE (INT64_C(1) << 40) /* bytes */
#define A_YEAR (INT64_C(366) * 24 * 3600)

/* In the order of enum relay_output. Inventories cannot go to the database, which therefore comes last. */
static const char *const outputs[] = {"disabled", "upstream", "database", NULL};
static const char *const inventory_outputs[] = {"disabled", "upstream", NULL};
static const char *const peer_authentications[] = {"cert_pinning", "cert_validation", "dangerous_none", NULL};
static const char *const levels[] = {"error", "warn", "info", "debug", "trace", NULL};

static const struct config_key keys[] = {
    {"general.nodes_list_file", CONFIG_PATH, FIELD(general.nodes_list_file), "/var/rudder/lib/relay/nodeslist.json",
     .help = "The list of the nodes below this server, JSON, written by the policy generation. A missing file "
             "counts as an empty list."},
    {"general.nodes_certs_file", CONFIG_PATH, FIELD(general.nodes_certs_file), "",
     .help = "The certificates of these nodes, PEM. When empty: /var/rudder/lib/ssl/shared/allnodescerts.pem on "
             "root, /var/rudder/lib/ssl/nodescerts.pem on a relay."},
    {"general.node_index_file", CONFIG_PATH, FIELD(general.node_index_file),
     "/var/lib/rudder-relay/nodes/node-index.mdb",
     .help = "What the two files above are compiled into, for every program to map. The forwarder writes it; "
             "rudder-relay index does it by hand."},
    {"general.state_file", CONFIG_PATH, FIELD(general.state_file), "/run/rudder-relay/state/figures",
     .help = "Where the programs keep their counters and tell each other how things are; on a tmpfs. Its directory "
             "belongs to a group that all of them are in, with the set-group-id bit."},
    {"general.node_id", CONFIG_TEXT, FIELD(general.node_id), "",
     .help = "The id of this server. It wins over node_id_file. The policy server that owns the database is root."},
    {"general.node_id_file", CONFIG_PATH, FIELD(general.node_id_file), "/opt/rudder/etc/uuid.hive",
     .help = "The file whose first line is the id of this server."},
    {"general.https_port", CONFIG_INT, FIELD(general.https_port), "443", 1, 65535,
     .help = "The port of the upstream server and of the relays below this one."},
    {"general.https_idle_timeout", CONFIG_DURATION, FIELD(general.https_idle_timeout), "2s", 0, A_YEAR,
     .help = "How long an unused connection to another server is kept open."},
    {"general.peer_authentication", CONFIG_CHOICE, FIELD(general.peer_authentication), "cert_pinning",
     .choices = peer_authentications,
     .help = "How the upstream server proves who it is. cert_pinning: by exactly the key of the configured "
             "certificate. cert_validation: by a chain up to an authority of the system or of ca_path, and its host "
             "name. dangerous_none: not at all, whoever answers gets the password."},
    {"general.ca_path", CONFIG_PATH, FIELD(general.ca_path), "",
     .help = "A PEM file of the authorities that cert_validation trusts. When empty: those of the system."},

    {"processing.inventory.directory", CONFIG_PATH, FIELD(inventory.directory), "/var/rudder/inventories",
     .help = "The directory that holds incoming, accepted-nodes-updates and failed."},
    {"processing.inventory.output", CONFIG_CHOICE, FIELD(inventory.output), "disabled", .choices = inventory_outputs,
     .help = "Where inventories go. disabled: they stay where the web application picks them up, as on root. "
             "upstream: to the policy server above, as on a relay."},
    {"processing.inventory.catchup.frequency", CONFIG_DURATION, FIELD(inventory.catchup_frequency), "10s", 1, A_YEAR,
     .help = "How often the directories are looked through though no change was notified."},
    {"processing.inventory.catchup.limit", CONFIG_INT, FIELD(inventory.catchup_limit), "50", 0, MANY,
     .help = "Accepted for files of older versions, without effect: everything that waits is taken up."},
    {"processing.inventory.cleanup.frequency", CONFIG_DURATION, FIELD(inventory.cleanup_frequency), "1h", 1, A_YEAR,
     .help = "How often old files are removed."},
    {"processing.inventory.cleanup.retention", CONFIG_DURATION, FIELD(inventory.cleanup_retention), "7d", 1,
     10 * A_YEAR, .help = "The age at which they are."},

    {"processing.reporting.directory", CONFIG_PATH, FIELD(reporting.directory), "/var/rudder/reports",
     .help = "The directory that holds incoming and failed."},
    {"processing.reporting.output", CONFIG_CHOICE, FIELD(reporting.output), "disabled", .choices = outputs,
     .help = "Where run logs go. database: verified, parsed and stored in PostgreSQL, as on root. upstream: "
             "unchanged to the policy server above, as on a relay. disabled: they wait."},
    {"processing.reporting.skip_event_types", CONFIG_TEXTS, FIELD(reporting.skip_event_types), "",
     .help = "Reports of these event types are left out before a run is stored, for example [ \"log_debug\", "
             "\"log_info\" ]."},
    {"processing.reporting.workers", CONFIG_INT, FIELD(reporting.workers), "0", 0, 256,
     .help = "Threads that verify, parse and store, each with a database connection of its own as far as "
             "max_pool_size goes. 0: as many as there are processors."},
    {"processing.reporting.batch_runs", CONFIG_INT, FIELD(reporting.batch_runs), "50", 1, 10000,
     .help = "How many runs share a transaction at the most. A run does not wait for others: it is the queue that "
             "makes batches large."},
    {"processing.reporting.batch_interval_ms", CONFIG_INT, FIELD(reporting.batch_interval_ms), "200", 0, 10000,
     .help = "While runs keep coming, transactions begin no closer together than this, in milliseconds, unless "
             "batch_runs wait."},
    {"processing.reporting.unknown_node_grace", CONFIG_DURATION, FIELD(reporting.unknown_node_grace), "1h", 0, A_YEAR,
     .help = "How long a run log of a node that is not in the node list waits for it to appear there before it is "
             "set aside."},
    {"processing.reporting.max_age", CONFIG_DURATION, FIELD(reporting.max_age), "8d", 0, 10 * A_YEAR,
     .help = "A run that had begun longer ago than this when the first server took it is set aside in failed: sent again "
             "by somebody, it would count as its node's newest. Agents keep theirs for seven days. Runs wait instead "
             "while this server's clock seems to be wrong. 0: no limit."},
    {"processing.reporting.max_compressed_size", CONFIG_SIZE, FIELD(reporting.max_compressed_size), "50MiB", 1,
     LARGEST_FILE, .help = "A run log file larger than this is refused."},
    {"processing.reporting.max_expanded_size", CONFIG_SIZE, FIELD(reporting.max_expanded_size), "64MiB", 1,
     LARGEST_FILE,
     .help = "So is one that decompresses to more than this. A worker needs at most four times as much memory for it, "
             "and 70 bytes for each report."},
    {"processing.reporting.max_expansion_ratio", CONFIG_INT, FIELD(reporting.max_expansion_ratio), "500", 0, MANY,
     .help = "So is one that decompresses to more than this many times its size, above 1 MiB. 0: no limit."},
    {"processing.reporting.max_reports", CONFIG_INT, FIELD(reporting.max_reports), "100000", 1, MANY,
     .help = "So is a run of more reports than this."},
    {"processing.reporting.max_stored_size", CONFIG_SIZE, FIELD(reporting.max_stored_size), "64MiB", 1, LARGEST_FILE,
     .help = "So is a run whose rows in the database would take more than this. Each line that an agent logs is stored "
             "with the rule, directive, component and key of the report behind it, so that a long key and many short "
             "lines become a hundred times what they are. A usual run takes less than 1 MiB; the default is 640 bytes "
             "for each of 100,000 reports."},
    {"processing.reporting.set_aside_after", CONFIG_DURATION, FIELD(reporting.set_aside_after), "10min", 1, A_YEAR,
     .help = "A run that fails in the database again and again while other runs are stored is set aside after this time. "
             "Until then it is tried again, by itself. While no run can be stored, none is set aside."},
    {"processing.reporting.catchup.frequency", CONFIG_DURATION, FIELD(reporting.catchup_frequency), "10s", 1, A_YEAR,
     .help = "How often the directory is looked through though no change was notified."},
    {"processing.reporting.catchup.limit", CONFIG_INT, FIELD(reporting.catchup_limit), "50", 0, MANY,
     .help = "Accepted for files of older versions, without effect: everything that waits is taken up."},
    {"processing.reporting.cleanup.frequency", CONFIG_DURATION, FIELD(reporting.cleanup_frequency), "1h", 1, A_YEAR,
     .help = "How often old files are removed."},
    {"processing.reporting.cleanup.retention", CONFIG_DURATION, FIELD(reporting.cleanup_retention), "7d", 1,
     10 * A_YEAR,
     .help = "The age at which they are: since the upload for what waits, since the failure for what failed."},

    {"upload.max_body_size", CONFIG_SIZE, FIELD(upload.max_body_size), "50MiB", 1, LARGEST_FILE,
     .help = "A larger upload is answered 413. httpd has a limit of its own, which should be the same."},
    {"upload.min_free_space", CONFIG_SIZE, FIELD(upload.min_free_space), "256MiB", 0, LARGEST_FILE,
     .help = "When an upload would leave less than this free in the file system it is answered 507, and the sender "
             "keeps it."},
    {"upload.max_waiting_files", CONFIG_INT, FIELD(upload.max_waiting_files), "500000", 1, MANY,
     .help =
         "When this many run logs wait, one more is answered 503, and the sender keeps it. As many again are taken "
         "from clients that show the certificate of the node or of a policy server above it. The same holds for the "
         "other limits here; and half of min_free_space is theirs alone."},
    {"upload.max_waiting_files_per_node", CONFIG_INT, FIELD(upload.max_waiting_files_per_node), "5000", 1, MANY,
     .help = "When this many run logs of one node wait, one more of that node is answered 503. A node that comes back "
             "after a week brings 2,016. Other files of the same name count as one."},
    {"upload.max_waiting_size_per_node", CONFIG_SIZE, FIELD(upload.max_waiting_size_per_node), "1GiB", 1, LARGEST_FILE,
     .help = "When more bytes of one node's run logs than this would wait, the upload is answered 507."},
    {"upload.max_waiting_inventories", CONFIG_INT, FIELD(upload.max_waiting_inventories), "200000", 1, MANY,
     .help =
         "When this many inventories and signatures wait in one of the two directories, those of new nodes or those "
         "of accepted ones, one more is answered 503."},
    {"upload.max_waiting_inventory_size", CONFIG_SIZE, FIELD(upload.max_waiting_inventory_size), "8GiB", 1,
     LARGEST_FILE,
     .help = "So it is when more bytes than this would wait there. Inventories of accepted nodes leave twice "
             "min_free_space free, those of new nodes three times."},
    {"upload.retry_after", CONFIG_INT, FIELD(upload.retry_after), "300", 1, 86400,
     .help = "After how many seconds the sender of such an upload is asked to try again."},

    {"output.database.url", CONFIG_TEXT, FIELD(database.url), "postgres://rudder@127.0.0.1/rudder", .secret = true,
     .url = true,
     .help = "Any connection URL or string of libpq, with several hosts, too. A password in a URL needs %XX for "
             "characters such as @ : / and %."},
    {"output.database.password", CONFIG_TEXT, FIELD(database.password), "", .secret = true,
     .help = "The password, if it is not in the url. A backslash and a quotation mark in it need a backslash in "
             "front. This key and the next are read again for each connection: a password that is changed there needs "
             "no restart."},
    {"output.database.password_file", CONFIG_PATH, FIELD(database.password_file), "",
     .help = "Or a file whose first line is the password, as it is. Only the forwarder needs the right to read it."},
    {"output.database.max_pool_size", CONFIG_INT, FIELD(database.max_pool_size), "10", 1, 1000,
     .help = "How many connections the forwarder opens at the most."},
    {"output.database.statement_timeout", CONFIG_DURATION, FIELD(database.statement_timeout), "1min", 1, 3600,
     .help = "The server ends a statement that takes longer, waiting for locks included. Its runs are then tried one "
             "by one."},

    {"output.upstream.host", CONFIG_TEXT, FIELD(upstream.host), "",
     .help = "The policy server above this one: a host name or an address. Needed on every server but root."},
    {"output.upstream.user", CONFIG_TEXT, FIELD(upstream.user), "rudder",
     .help = "The user name it knows this server by."},
    {"output.upstream.password", CONFIG_TEXT, FIELD(upstream.password), "", .secret = true,
     .help = "The password that goes with it."},
    {"output.upstream.password_file", CONFIG_PATH, FIELD(upstream.password_file), "",
     .help = "Or a file whose first line is the password, as it is. Only the forwarder needs the right to read it."},
    {"output.upstream.default_password", CONFIG_TEXT, FIELD(upstream.default_password), "rudder", .secret = true,
     .help = "The password for inventories of nodes that are not accepted yet."},
    {"output.upstream.default_password_file", CONFIG_PATH, FIELD(upstream.default_password_file), "",
     .help = "Or a file whose first line is that password."},
    {"output.upstream.server_certificate_file", CONFIG_PATH, FIELD(upstream.server_certificate_file),
     "/var/rudder/lib/ssl/policy_server.pem",
     .help = "The certificate whose key cert_pinning expects. "
             "Several certificates may stand in the file, and any of their keys will do."},
    {"output.upstream.connections", CONFIG_INT, FIELD(upstream.connections), "8", 1, 256,
     .help = "How many files are on their way there at the same time."},
    {"output.upstream.connect_timeout", CONFIG_DURATION, FIELD(upstream.connect_timeout), "10s", 1, 3600,
     .help = "How long a connection to it may take to come up, TLS included. This key and the next three hold for "
             "connections to the relays below this server, too."},
    {"output.upstream.stall_timeout", CONFIG_DURATION, FIELD(upstream.stall_timeout), "30s", 1, 3600,
     .help = "A transfer on which nothing moves for this long is given up, and tried again. A shared file may take "
             "a second more for each 128 KiB, since the next server may have to hand it on in its turn."},
    {"output.upstream.total_timeout", CONFIG_DURATION, FIELD(upstream.total_timeout), "10min", 1, A_YEAR,
     .help = "So is one that takes longer than this altogether."},
    {"output.upstream.proxy", CONFIG_TEXT, FIELD(upstream.proxy), "", .secret = true, .url = true,
     .help = "The URL of a proxy to go through. When empty: as https_proxy and no_proxy say in the environment. "
             "none: no proxy, whatever they say."},

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

    {"shared_files.path", CONFIG_PATH, FIELD(shared_files.path), "/var/rudder/shared-files",
     .help = "Where files that nodes share with each other are kept."},
    {"shared_files.max_body_size", CONFIG_SIZE, FIELD(shared_files.max_body_size), "50MiB", 1, LARGEST_FILE,
     .help = "A larger one is answered 413."},
    {"shared_files.max_ttl", CONFIG_DURATION, FIELD(shared_files.max_ttl), "30d", 1, 10 * A_YEAR,
     .help = "A file is kept no longer than this, whatever its sender asks for."},
    {"shared_files.require_certificate", CONFIG_BOOL, FIELD(shared_files.require_certificate), "false",
     .help =
         "Whether a file is taken only from a client with a certificate: the source's, that of a policy server above "
         "the source, or that of output.upstream. Agents of Rudder show none."},
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

    {"logging.level", CONFIG_CHOICE, FIELD(logging.level), "info", .choices = levels,
     .help = "What is worth a line on standard error."},
    {"logging.filter", CONFIG_TEXT, FIELD(logging.filter), "",
     .help = "Levels of their own for single components, for example \"report_db=debug,spool=trace\". Lines of "
             "level debug and trace name their component."},
};

enum { KEYS = sizeof keys / sizeof *keys, LOGGING_KEYS = 2 };

static const char *const groups[][2] = {
    {"general", "Who this server is and which nodes it knows."},
    {"processing", "What becomes of the files that were uploaded."},
    {"processing.inventory", "Inventories."},
    {"processing.reporting", "Run logs."},
    {"upload", "What the upload endpoint takes."},
    {"output", "Where the outputs chosen above lead."},
    {"output.database", "PostgreSQL."},
    {"output.upstream", "The policy server above, by HTTPS."},
    {"remote_run", "Starting agents from the web application."},
    {"shared_files", "Files that one node shares with another."},
    {"shared_folder", "Files for all nodes."},
    {"policies", "The policies that nodes fetch."},
    {"logging", "Re-read on reload; everything else needs a restart, but for the database's password."},
    {NULL, NULL},
};

const struct config_table relay_config_table = {keys, KEYS, groups};
const struct config_table relay_config_logging_table = {keys + KEYS - LOGGING_KEYS, LOGGING_KEYS, NULL};
