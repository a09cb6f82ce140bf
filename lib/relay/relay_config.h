/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relay_config: the one configuration file, read once at start.
 *
 * Source: PROTOCOL.md section 15 for the keys operators know; the others are this project's. The table in
 * relay_config_keys.c is the only place that knows a key's name, type, default, bounds and help: the commented sample
 * file and relay.conf(5) are printed from it.
 *
 * Errors (false): unreadable or malformed file, wrong type, value out of bounds, contradictions; err names file and
 * line. An unknown key is only logged as a warning. Passwords never reach err or the log.
 *
 * Contradictions: no valid node id; this server is not root and has no upstream host; an output that is chosen without
 * its password (that of the database may also be in its url) or, for upstream, its host; a password given twice. The
 * database's settings are checked when the passwords are loaded.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "relay/runlog.h"
#include "util/err.h"
#include "util/log.h"

/* RELAY_OUTPUT_FILES is that of inventories in messages where processing.inventory.smime is set; no key has this value.
 */
enum relay_output { RELAY_OUTPUT_DISABLED, RELAY_OUTPUT_UPSTREAM, RELAY_OUTPUT_DATABASE, RELAY_OUTPUT_FILES };

/* How a client's certificate counts: as one of those that the node index has, or as one that an authority of the site
 * has signed (httpd has verified the chain). */
enum relay_client_certificates { RELAY_CLIENTS_PINNED, RELAY_CLIENTS_CA };
/* Files that the hub has open besides those of the nodes that wait, at most. */
enum { RELAY_CONFIG_HUB_OTHER_FILES = 100 };
enum relay_peer_authentication { RELAY_PEER_CERT_PINNING, RELAY_PEER_CERT_VALIDATION, RELAY_PEER_DANGEROUS_NONE };

/* Every text is owned by the configuration, NUL-terminated and never NULL ("" when not given). Durations are in
 * seconds, sizes in bytes. */
struct relay_config {
    char *path; /* where it was read from */

    struct {
        char *nodes_list_file;
        char *nodes_certs_file;
        char *node_index_file; /* ours: what node_index compiles the two above into */
        char *state_file;      /* ours: see relay_state.h */
        char *node_id;         /* after loading: the id in use, from node_id or the first line of node_id_file */
        char *node_id_file;
        int https_port;
        char *httpd_certificate_file;
        char *crl_file;
        int64_t https_idle_timeout;
        enum relay_peer_authentication peer_authentication;
        char *ca_path;
        char **additional_pins; /* "<node id>=sha256//<base64>", NULL-terminated */
        enum relay_client_certificates client_certificates;
        char *node_id_domain; /* for RELAY_CLIENTS_CA, see cert_node_id.h */
    } general;

    struct relay_config_inventory {
        char *directory; /* incoming/, accepted-nodes-updates/, failed/ below it; with smime incoming-smime/, too, and
                            accepted-nodes-updates-smime/ */
        enum relay_output output;
        bool smime; /* ours: messages are verified and unpacked for the web application */
        int64_t catchup_frequency;
        int catchup_limit; /* a key of the original relay; accepted, has no effect here */
        int64_t cleanup_frequency;
        int64_t cleanup_retention;
    } inventory;

    struct relay_config_reporting {
        char *directory; /* incoming/, failed/ below it */
        enum relay_output output;
        int64_t catchup_frequency; /* how often the directory is scanned even without an inotify event */
        int catchup_limit;
        int64_t cleanup_frequency;
        int64_t cleanup_retention;
        char **skip_event_types; /* NULL-terminated */
        enum runlog_logs store_logs;
        int workers;           /* ours: 0 = number of processors */
        int batch_runs;        /* ours: most runs in one transaction */
        int batch_interval_ms; /* ours: least time between the starts of two transactions while runs keep coming */
        int64_t unknown_node_grace;
        int64_t max_age;             /* 0: no limit */
        bool accept_sha1;            /* signatures over SHA-1, too */
        char **decryption_key_files; /* NULL-terminated */
        int64_t max_compressed_size;
        int64_t max_expanded_size;
        int max_expansion_ratio;
        int max_reports;
        int64_t set_aside_after; /* how long a run must fail in the database while others do not */
        int64_t max_stored_size;
        int max_failed_files_per_node;
        int64_t max_failed_size_per_node;
    } reporting;

    struct {
        int64_t max_body_size;
        int64_t min_free_space;            /* bytes that stay free in the file system; with less: 507 */
        int max_waiting_files;             /* run logs; with more: 503 */
        int max_waiting_files_per_node;    /* the same, for each node */
        int64_t max_waiting_size_per_node; /* bytes of run logs for each node; with more: 507 */
        int max_waiting_inventories;       /* in each of the two directories; with more: 503 */
        int64_t max_waiting_inventory_size;
        int retry_after; /* seconds, for 503 */
    } upload;

    struct {
        char *url;
        char *password;
        char *password_file;
        int max_pool_size;
        int64_t statement_timeout;
        enum relay_storage {
            RELAY_STORAGE_AUTO,
            RELAY_STORAGE_PLAIN,
            RELAY_STORAGE_COMPACT,
        } storage;
        struct relay_config_purge {
            char *url;
            char *password;
            char *password_file;
            int64_t keep_runs; /* 0: they are not purged */
            int64_t keep_results;
            int64_t keep_logs;
        } purge;
    } database;

    struct {
        char *host;
        char *user;
        char *password;
        char *password_file;
        char *default_password;
        char *default_password_file;
        char *server_certificate_file;
        char *client_certificate_file;
        char *client_key_file;
        char *node_id; /* of the policy server above, by its client certificate */
        int connections;
        int64_t connect_timeout; /* these three, and the proxy, apply to the relays below, too */
        int64_t stall_timeout;
        int64_t total_timeout;
        char *proxy;
    } upstream;

    struct {
        bool enabled;
        char *command;
        bool use_sudo;
        int64_t timeout;
        int max_children;
        int64_t max_output;
    } remote_run;

    struct relay_config_hub {
        bool enabled;
        char *address; /* "": all */
        int port;
        char *key_file;
        char *client_ca_file; /* for RELAY_CLIENTS_CA */
        char *socket;
        char *proxy_socket; /* "": none */
        char *orders_directory;
        int64_t order_lifetime;
        int max_orders;
        int max_waiting;
        int admission_rate; /* requests to wait in a second */
        int64_t vanished_after;
        int upstream_port;
        char *remote_run_url;
    } hub;

    struct relay_config_virtual {
        bool enabled;
        char *directory;       /* NAME.conf, see virtual_node.h */
        char *keys_directory;  /* <node id>.key, <node id>.cert */
        char *encrypt_to;      /* "": run logs are not encrypted */
        char *state_directory; /* status.json, requests/, unsent/ */
        char *command_socket;
        int max_parallel;
        int64_t max_output; /* of one run */
    } virtual_nodes;

    struct relay_config_syslog {
        bool enabled;
        char *directory; /* incoming/, failed/ below it */
        char *state_directory;
        char *signed_nodes_file;
        char *user;
        char **networks; /* these three: NULL-terminated */
        char **nodes;
        char **readmitted_nodes;
        int64_t run_timeout;
        int64_t settle_time;
        int max_lines;
        int64_t max_run_size;
        int max_runs_per_node;
        int64_t max_state_size;
    } syslog;

    struct {
        char *path;
        int64_t max_body_size;
        int64_t max_unfinished_size;
        int64_t max_ttl; /* seconds */
        bool require_certificate;
        int64_t cleanup_frequency;
    } shared_files;

    struct {
        char *path;
        char *hash_cache_file; /* ours */
    } shared_folder;

    struct {
        char *path;
        char *cache_directory;
        int64_t cache_size;
        int64_t cache_retention;
        int max_files;
        int64_t max_size;
        int64_t settle_time; /* a directory that changed more recently may be half written */
        int64_t max_wait;
    } policies;

    struct {
        char *cache_directory;
        int64_t cache_size;
        int64_t cache_retention;
        int64_t max_file_size;
        int64_t revalidate; /* a copy is right for so long without asking */
        int64_t retry;      /* the server above is not asked for so long after it could not be reached */
    } policy_proxy;

    struct {
        enum log_level level;
        char *filter;
    } logging;
};

/* Do run logs or inventories go to the policy server above? */
static inline bool relay_config_uses_upstream(const struct relay_config *config)
{
    return config->reporting.output == RELAY_OUTPUT_UPSTREAM || config->inventory.output == RELAY_OUTPUT_UPSTREAM;
}

/* The file used when no -c is given: $RUDDER_RELAY_CONFIG, else <sysconfdir>/rudder-relay/relay.conf. */
const char *relay_config_default_path(void);

/* Reads and checks. Returns NULL with err on error. relay_config_free takes NULL. Password files are not read yet: most
 * programs do not need them and may not read them. */
struct relay_config *relay_config_load(const char *path, struct err *err);
void relay_config_free(struct relay_config *config);

/* Loads the passwords, for the programs that use them: checks the database's url and password, then puts the first line
 * of each given *password_file into the password beside it. False with err when a file that a chosen output needs
 * cannot be read or is empty; then only relay_config_free may be called. */
bool relay_config_load_passwords(struct relay_config *config, struct err *err);

/* The same for output.database.purge, for the command that purges. */
bool relay_config_load_purge_password(struct relay_config *config, struct err *err);

/* Reads a password as it is now, from its file or, without one, from the configuration file, so that a changed password
 * needs no restart. One that is in neither is as it was when the configuration was loaded. The caller frees the result.
 * NULL with err when it cannot be read. */
enum relay_password { RELAY_PASSWORD_DATABASE, RELAY_PASSWORD_UPSTREAM, RELAY_PASSWORD_UPSTREAM_DEFAULT };
char *relay_config_read_password(const struct relay_config *config, enum relay_password which, struct err *err);

/* The same for the database, in the form that report_db_ask_password expects: config is a struct relay_config *. */
char *relay_config_read_database_password(const void *config, struct err *err);

/* Reads only the `logging` group of the file and applies it to the process with log_configure, for a reload. On error
 * the old settings stay. */
bool relay_config_reload_logging(const char *path, struct err *err);

/* Print the commented sample file and the key section of relay.conf(5) in mdoc, from the same table. */
void relay_config_print_sample(FILE *out);
void relay_config_print_manual(FILE *out);
