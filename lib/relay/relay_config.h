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
 * its password (the database's may also stand in its url) or, for upstream, its host; a password given twice. What
 * concerns the database is looked at with the passwords.
 */
#ifndef RELAY_RELAY_CONFIG_H
#define RELAY_RELAY_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "util/err.h"
#include "util/log.h"

enum relay_output { RELAY_OUTPUT_DISABLED, RELAY_OUTPUT_UPSTREAM, RELAY_OUTPUT_DATABASE };
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
        char *node_id;         /* after loading: the id in force, from node_id or the first line of node_id_file */
        char *node_id_file;
        int https_port;
        int64_t https_idle_timeout;
        enum relay_peer_authentication peer_authentication;
        char *ca_path;
    } general;

    struct relay_config_inventory {
        char *directory; /* incoming/, accepted-nodes-updates/, failed/ below it */
        enum relay_output output;
        int64_t catchup_frequency;
        int catchup_limit; /* known to operators of the original; accepted and without effect here */
        int64_t cleanup_frequency;
        int64_t cleanup_retention;
    } inventory;

    struct relay_config_reporting {
        char *directory; /* incoming/, failed/ below it */
        enum relay_output output;
        int64_t catchup_frequency; /* how often the directory is scanned though inotify said nothing */
        int catchup_limit;
        int64_t cleanup_frequency;
        int64_t cleanup_retention;
        char **skip_event_types; /* NULL-terminated */
        int workers;             /* ours: 0 = number of processors */
        int batch_runs;          /* ours: runs a transaction at the most */
        int batch_interval_ms;   /* ours: transactions begin no closer together while runs keep coming */
        int64_t unknown_node_grace;
        int64_t max_age; /* 0: no limit */
        int64_t max_compressed_size;
        int64_t max_expanded_size;
        int max_expansion_ratio;
        int max_reports;
        int64_t set_aside_after; /* how long a run alone must have failed in the database */
        int64_t max_stored_size;
    } reporting;

    struct {
        int64_t max_body_size;
        int64_t min_free_space; /* bytes the file system keeps free: below it 507 */
        int max_waiting_files;  /* run logs: above it 503 */
        int max_waiting_files_per_node;    /* the same, of one node */
        int64_t max_waiting_size_per_node; /* bytes of its run logs: above it 507 */
        int max_waiting_inventories;       /* in each of the two directories: above it 503 */
        int64_t max_waiting_inventory_size;
        int retry_after;        /* seconds, for 503 */
    } upload;

    struct {
        char *url;
        char *password;
        char *password_file;
        int max_pool_size;
        int64_t statement_timeout;
    } database;

    struct {
        char *host;
        char *user;
        char *password;
        char *password_file;
        char *default_password;
        char *default_password_file;
        char *server_certificate_file;
        int connections;
        int64_t connect_timeout; /* these three, and the proxy, hold for the relays below, too */
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

    struct {
        char *path;
        int64_t max_body_size;
        int64_t max_ttl;          /* seconds */
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
        int64_t settle_time; /* a directory that changed less than this ago may be half written */
        int64_t max_wait;
    } policies;

    struct {
        enum log_level level;
        char *filter;
    } logging;
};

/* The file used when no -c is given: $RUDDER_RELAY_CONFIG, else <sysconfdir>/rudder-relay/relay.conf. */
const char *relay_config_default_path(void);

/* Reads and checks. Returns NULL with err on error. relay_config_free takes NULL. Passwords that stand in files of
 * their own are not read yet: most programs neither need them nor may read those files. */
struct relay_config *relay_config_load(const char *path, struct err *err);
void relay_config_free(struct relay_config *config);

/* For the programs that use the passwords: checks the database's url and password, then puts the first line of each
 * *password_file that is given into the password beside it. False with err when a file that an output in force needs
 * cannot be read or is empty; then the configuration is good for relay_config_free only. */
bool relay_config_load_passwords(struct relay_config *config, struct err *err);

/* The database's password as it stands now in its file or, without one, in the configuration's: whoever has changed it
 * there does not have to restart anything. As report_db_ask_password wants it; config is a struct relay_config *
 * The caller frees it. NULL with err when it cannot be read. */
char *relay_config_read_database_password(const void *config, struct err *err);

/* The `logging` group of the file alone, for reload: applied to the process with log_configure. The old settings stay
 * on error. */
bool relay_config_reload_logging(const char *path, struct err *err);

/* The commented sample file, and the key section of relay.conf(5) in mdoc, from the same table. */
void relay_config_print_sample(FILE *out);
void relay_config_print_manual(FILE *out);

#endif
