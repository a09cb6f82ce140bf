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
static const char *const client_certificates[] = {"pinned", "ca", NULL};
/* In the order of enum runlog_logs. */
static const char *const stored_logs[] = {"all", "notable", "none", NULL};
/* In the order of enum relay_storage. */
static const char *const storages[] = {"auto", "plain", "compact", NULL};
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
    {"general.httpd_certificate_file", CONFIG_PATH, FIELD(general.httpd_certificate_file),
     "/opt/rudder/etc/ssl/rudder.crt",
     .help = "The certificate of httpd (SERVER_CERT of rudder-relay-httpd-conf). check-config looks at it, for a key "
             "that costs httpd much time, and status and metrics for its dates. It need not be there."},
    {"general.crl_file", CONFIG_PATH, FIELD(general.crl_file), "",
     .help = "The lists of revoked certificates that httpd goes by (CRL_FILE of rudder-relay-httpd-conf). The relay "
             "only tells when they have to be renewed, and when this server's own certificate is in one."},
    {"general.https_idle_timeout", CONFIG_DURATION, FIELD(general.https_idle_timeout), "2s", 0, A_YEAR,
     .help = "How long an unused connection to another server is kept open."},
    {"general.peer_authentication", CONFIG_CHOICE, FIELD(general.peer_authentication), "cert_pinning",
     .choices = peer_authentications,
     .help = "How the upstream server proves who it is. cert_pinning: by exactly the key of the configured "
             "certificate. cert_validation: by a chain up to an authority of the system or of ca_path, and its host "
             "name. dangerous_none: not at all, whoever answers gets the password."},
    {"general.ca_path", CONFIG_PATH, FIELD(general.ca_path), "",
     .help = "A PEM file of the authorities that cert_validation trusts. When empty: those of the system."},
    {"general.additional_pins", CONFIG_TEXTS, FIELD(general.additional_pins), "",
     .help =
         "Further keys that cert_pinning takes from other servers, beside those of their certificates: a list of "
         "\"NODE-ID=sha256//BASE64\", as curl pins them. For a server whose httpd shows another key than its agent's. "
         "The server above is known by output.upstream.node_id."},
    {"general.client_certificates", CONFIG_CHOICE, FIELD(general.client_certificates), "pinned",
     .choices = client_certificates,
     .help = "How the certificate of a client counts. pinned: only with a key that the node list's certificates have. "
             "ca: when an authority of the site has signed it, which httpd finds out; its key does not matter, and no "
             "password is taken. httpd's configuration has to be made for the same (rudder-relay-httpd-conf --mode)."},
    {"general.node_id_domain", CONFIG_TEXT, FIELD(general.node_id_domain), "",
     .help = "With ca: where the node id stands in a certificate. When empty: it is the UID of the subject. Else the "
             "certificate has exactly one DNS name of the form <node id>.<node_id_domain>. The same in httpd's "
             "configuration (NODE_ID_DOMAIN)."},

    {"processing.inventory.directory", CONFIG_PATH, FIELD(inventory.directory), "/var/rudder/inventories",
     .help = "The directory that holds incoming, accepted-nodes-updates and failed."},
    {"processing.inventory.output", CONFIG_CHOICE, FIELD(inventory.output), "disabled", .choices = inventory_outputs,
     .help = "Where inventories go. disabled: they stay where the web application picks them up, as on root. "
             "upstream: to the policy server above, as on a relay."},
    {"processing.inventory.smime", CONFIG_BOOL, FIELD(inventory.smime), "false",
     .help = "For the server whose web application takes the inventories: whether inventories that nodes send as one "
             "signed, perhaps encrypted message (rudder-relay-agent's inventory_format) are taken. They go to "
             "incoming-smime and accepted-nodes-updates-smime below the directory; the forwarder decrypts and verifies "
             "them, and puts the inventory and its signature where the web application picks them up. Keys, limits and "
             "the grace time of unknown nodes are those of processing.reporting."},
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
             "unchanged to the policy server above, as on a relay. disabled: they wait, and are removed after "
             "cleanup.retention."},
    {"processing.reporting.skip_event_types", CONFIG_TEXTS, FIELD(reporting.skip_event_types), "",
     .help = "Reports of these event types are left out before a run is stored, for example [ \"log_debug\", "
             "\"log_info\" ]."},
    {"processing.reporting.workers", CONFIG_INT, FIELD(reporting.workers), "0", 0, 256,
     .help = "Threads that verify, parse and store, each with a database connection of its own as far as "
             "max_pool_size goes. 0: as many as there are processors, but two at least: one prepares while the other's "
             "commit waits for the disk."},
    {"processing.reporting.batch_runs", CONFIG_INT, FIELD(reporting.batch_runs), "100", 1, 10000,
     .help = "How many runs share a transaction at the most. A run does not wait for others: it is the queue that "
             "makes batches large."},
    {"processing.reporting.batch_interval_ms", CONFIG_INT, FIELD(reporting.batch_interval_ms), "200", 0, 10000,
     .help = "While runs keep coming, transactions begin no closer together than this, in milliseconds, unless "
             "batch_runs wait."},
    {"processing.reporting.unknown_node_grace", CONFIG_DURATION, FIELD(reporting.unknown_node_grace), "1h", 0, A_YEAR,
     .help = "How long a run log of a node that is not in the node list waits for it to appear there before it is "
             "set aside."},
    {"processing.reporting.max_age", CONFIG_DURATION, FIELD(reporting.max_age), "8d", 0, 10 * A_YEAR,
     .help =
         "A run that had begun longer ago than this when the first server took it is set aside in failed: sent again "
         "by somebody, it would count as its node's newest. Agents keep theirs for seven days. Runs wait instead "
         "while this server's clock seems to be wrong. 0: no limit."},
    {"processing.reporting.accept_sha1", CONFIG_BOOL, FIELD(reporting.accept_sha1), "false",
     .help = "Whether a run log counts whose signature is over a SHA-1 digest, as agents with an OpenSSL before 1.1.0 "
             "make it. Somebody who can choose a part of what a node signs could then make another text that has the "
             "same signature."},
    {"processing.reporting.decryption_key_file", CONFIG_TEXTS, FIELD(reporting.decryption_key_files), "",
     .help = "What encrypted run logs and inventories are decrypted with (rudder-relay-agent's encrypt_to): a list of "
             "PEM files, each with a private key, RSA or EC, and its certificate. There are several while a key is "
             "changed. A file that is replaced, comes or goes counts at once; until a missing one is there, what may "
             "need it waits. What is not encrypted is taken as before."},
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
     .help =
         "A run that fails in the database again and again while other runs are stored is set aside after this time. "
         "Until then it is tried again, by itself. While no run can be stored, none is set aside."},
    {"processing.reporting.max_failed_files_per_node", CONFIG_INT, FIELD(reporting.max_failed_files_per_node), "5000",
     1, MANY,
     .help = "When a node has more refused run logs than this in failed, the oldest of those without a valid signature "
             "are removed, a sixteenth of the limit at once. Those that were verified stay until they are replayed, "
             "dropped or too old. The same holds for inventories."},
    {"processing.reporting.max_failed_size_per_node", CONFIG_SIZE, FIELD(reporting.max_failed_size_per_node), "1GiB", 1,
     LARGEST_FILE, .help = "So they are when a node has more bytes than this there."},
    {"processing.reporting.catchup.frequency", CONFIG_DURATION, FIELD(reporting.catchup_frequency), "10s", 1, A_YEAR,
     .help = "How often the directory is looked through though no change was notified."},
    {"processing.reporting.catchup.limit", CONFIG_INT, FIELD(reporting.catchup_limit), "50", 0, MANY,
     .help = "Accepted for files of older versions, without effect: everything that waits is taken up."},
    {"processing.reporting.cleanup.frequency", CONFIG_DURATION, FIELD(reporting.cleanup_frequency), "1h", 1, A_YEAR,
     .help = "How often old files are removed."},
    {"processing.reporting.cleanup.retention", CONFIG_DURATION, FIELD(reporting.cleanup_retention), "7d", 1,
     10 * A_YEAR,
     .help = "The age at which they are: the time in which the machine was up since the forwarder first saw the file "
             "there, whether it waits or has failed."},

    {"upload.max_body_size", CONFIG_SIZE, FIELD(upload.max_body_size), "50MiB", 1, LARGEST_FILE,
     .help = "A larger upload is answered 413. httpd has a limit of its own, which should be the same."},
    {"upload.min_free_space", CONFIG_SIZE, FIELD(upload.min_free_space), "256MiB", 0, LARGEST_FILE,
     .help = "When an upload would leave less than this free in the file system it is answered 507, and the sender "
             "keeps it."},
    {"upload.max_waiting_files", CONFIG_INT, FIELD(upload.max_waiting_files), "500000", 1, MANY,
     .help =
         "When more run logs than this wait, one more is answered 503, and the sender keeps it. As many again are "
         "taken from clients that show the certificate of the node or of a policy server above it. The same holds for "
         "the other limits here; and half of min_free_space is theirs alone."},
    {"upload.max_waiting_files_per_node", CONFIG_INT, FIELD(upload.max_waiting_files_per_node), "5000", 1, MANY,
     .help = "When this many run logs of one node wait, one more of that node is answered 503. A node that comes back "
             "after a week brings 2,016. Other files of the same name count as one."},
    {"upload.max_waiting_size_per_node", CONFIG_SIZE, FIELD(upload.max_waiting_size_per_node), "1GiB", 1, LARGEST_FILE,
     .help = "When more bytes of one node's run logs than this would wait, the upload is answered 507."},
    {"upload.max_waiting_inventories", CONFIG_INT, FIELD(upload.max_waiting_inventories), "200000", 1, MANY,
     .help = "When more inventories and signatures than this wait in one of the two directories, that for new nodes or "
             "that for accepted ones, one more is answered 503."},
    {"upload.max_waiting_inventory_size", CONFIG_SIZE, FIELD(upload.max_waiting_inventory_size), "8GiB", 1,
     LARGEST_FILE,
     .help = "So it is when more bytes than this would wait there. Inventories of accepted nodes leave twice "
             "min_free_space free, those of new nodes three times."},
    {"upload.retry_after", CONFIG_INT, FIELD(upload.retry_after), "300", 1, 86400,
     .help = "After how many seconds the sender of such an upload is asked to try again."},

    {"output.database.url", CONFIG_TEXT, FIELD(database.url), "postgres://rudder@127.0.0.1/rudder", .secret = true,
     .url = true,
     .help = "Any connection URL or string of libpq. Of several hosts the one is used that takes writes. A password in "
             "a URL needs %XX for characters such as @ : / and %."},
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
    {"output.database.storage", CONFIG_CHOICE, FIELD(database.storage), "auto", .choices = storages,
     .help = "How reports are stored. auto: as the database is; rudder-relay storage switches it to compact storage, "
             "in which what runs have in common is stored once, and back. plain: always a row for each report. "
             "compact: as auto, and check-config complains while the database is not switched to it."},
    {"output.database.store_logs", CONFIG_CHOICE, FIELD(reporting.store_logs), "all", .choices = stored_logs,
     .help = "Which log entries are stored (event types log_...). all: all of them. notable: those of runs in which "
             "something was repaired, was in error or was not compliant. none: none. "
             "processing.reporting.skip_event_types leaves out single event types."},

    {"output.database.purge.url", CONFIG_TEXT, FIELD(database.purge.url), "postgres://rudder_purge@127.0.0.1/rudder",
     .secret = true, .url = true,
     .help = "As output.database.url, with a user that may delete, which the forwarder's cannot."},
    {"output.database.purge.password", CONFIG_TEXT, FIELD(database.purge.password), "", .secret = true,
     .help = "The password, if it is not in the url."},
    {"output.database.purge.password_file", CONFIG_PATH, FIELD(database.purge.password_file), "",
     .help = "Or a file whose first line is the password, as it is. Only user rudder-relay-purge needs the right to "
             "read it."},
    {"output.database.purge.keep_runs", CONFIG_DURATION, FIELD(database.purge.keep_runs), "0", 0, 10 * A_YEAR,
     .help = "How long runs are kept, counted from their start. Whole days count from midnight, as the web "
             "application counts its own: 4d keeps the runs of today and of the four days before. 0: they are not "
             "purged."},
    {"output.database.purge.keep_results", CONFIG_DURATION, FIELD(database.purge.keep_results), "0", 0, 10 * A_YEAR,
     .help = "The same for all reports but log entries, of runs that are kept longer. 0: as long as the run."},
    {"output.database.purge.keep_logs", CONFIG_DURATION, FIELD(database.purge.keep_logs), "0", 0, 10 * A_YEAR,
     .help = "The same for log entries. 0: as long as the run."},

    {"output.upstream.host", CONFIG_TEXT, FIELD(upstream.host), "",
     .help = "The policy server above this one: a host name or an address. Needed on every server but root."},
    {"output.upstream.user", CONFIG_TEXT, FIELD(upstream.user), "rudder",
     .help = "The user name it knows this server by."},
    {"output.upstream.password", CONFIG_TEXT, FIELD(upstream.password), "", .secret = true,
     .help = "The password that goes with it. This key and the next three are read again when the upstream refuses the "
             "password, and on reload: a password that is changed there needs no restart."},
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
    {"output.upstream.client_certificate_file", CONFIG_PATH, FIELD(upstream.client_certificate_file), "",
     .help =
         "The certificate that this server shows to the one above and to the relays below, PEM, and behind it those "
         "between it and the site's authority. With it no password is needed, and without a password none is sent."},
    {"output.upstream.client_key_file", CONFIG_PATH, FIELD(upstream.client_key_file), "",
     .help =
         "Its key, PEM, not encrypted. The forwarder, the shared-files and the remote-run program need the right to "
         "read it."},
    {"output.upstream.node_id", CONFIG_TEXT, FIELD(upstream.node_id), "root",
     .help = "Its node id, by which its own certificate is known, with general.client_certificates = \"ca\", when it "
             "starts agents or hands on shared files."},
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

#include "relay/relay_config_keys_programs.h"

    {"logging.level", CONFIG_CHOICE, FIELD(logging.level), "info", .choices = levels,
     .help = "What is worth a line on standard error."},
    {"logging.filter", CONFIG_TEXT, FIELD(logging.filter), "",
     .help = "Levels of their own for single components, for example \"report_db=debug,spool=trace\". Lines of "
             "level debug and trace name their component."},
};

enum { KEYS = sizeof keys / sizeof *keys, LOGGING_KEYS = 2 };

const struct config_table relay_config_table = {keys, KEYS, relay_config_groups};
const struct config_table relay_config_logging_table = {keys + KEYS - LOGGING_KEYS, LOGGING_KEYS, NULL};
