/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "check_certificates.h"
#include "check_hub.h"
#include "check_server_key.h"
#include "check_syslog.h"
#include "check_virtual.h"
#include "command.h"
#include "relay/decryption_keys.h"
#include "relay/intake.h"
#include "relay/peer.h"
#include "relay/relay_metrics.h"
#include "relay/report_db.h"
#include "relay/spool.h"
#include "relay/upload_kind.h"
#include "util/buffer.h"
#include "util/duration.h"
#include "util/xmalloc.h"

/* The forwarder does not start without these. */
static bool knows_upstream(const struct relay_config *config, struct err *err)
{
    struct buffer pins = {0};
    struct http_client *client = NULL;
    bool known = !relay_config_uses_upstream(config) ||
                 (peer_upstream_pins(config, &pins, err) && (client = peer_client(config, err)) != NULL) ||
                 err_prefix(err, "%s", config->path);
    http_client_free(client);
    buffer_free(&pins);
    return known;
}

/* The forwarder starts without the keys, but run logs and inventories would wait for them. */
static bool has_decryption_keys(const struct relay_config *config, struct err *err)
{
    struct decryption_keys *keys = decryption_keys_new(config->reporting.decryption_key_files);
    bool all = (config->reporting.output != RELAY_OUTPUT_DATABASE && !config->inventory.smime) ||
               decryption_keys_refresh(keys, err) ||
               err_prefix(err, "%s: processing.reporting.decryption_key_file", config->path);
    decryption_keys_free(keys);
    return all;
}

/* Without the directories of messages neither forwarder nor upload program starts. */
static bool has_message_directories(const struct relay_config *config, struct err *err)
{
    bool all = true;
    for (enum relay_kind kind = 0; all && kind < RELAY_KINDS; kind++) {
        if (upload_kind_output(kind, config) == RELAY_OUTPUT_FILES) {
            struct spool *spool =
                spool_open(upload_kind_directory(kind, config), upload_kind(kind)->incoming, err);
            all = spool != NULL || err_prefix(err, "%s: processing.inventory.smime", config->path);
            spool_close(spool);
        }
    }
    return all;
}

static void note_hints(struct report_db *db)
{
    struct buffer hints = {0};
    if (report_db_hint(db, &hints, NULL)) {
        for (const char *line = buffer_cstr(&hints); *line != '\0'; line += strcspn(line, "\n") + 1) {
            fprintf(stderr, "note: %.*s.\n", (int)strcspn(line, "\n"), line);
        }
    }
    buffer_free(&hints);
}

static bool storage_is_as_wanted(struct report_db *db, const struct relay_config *config, struct err *err)
{
    bool compact;
    return config->database.storage != RELAY_STORAGE_COMPACT ||
           (report_db_is_compact(db, &compact, err) &&
            (compact || err_set(err, "output.database.storage is compact, but the database stores each report as a row:"
                                     " rudder-relay storage compact switches it")));
}

/* Only a login shows whether the password is right, and only the server knows whether it keeps what it commits. */
static bool database_is_well(const struct command *command, const struct relay_config *config)
{
    struct buffer complaints = {0};
    struct err err;
    struct report_db *db =
        report_db_new(config->database.url, config->database.password, "rudder-relay check-config", &err);
    bool asked = db != NULL && report_db_examine(db, &complaints, &err);
    if (!asked) {
        err_prefix(&err, "%s: the file is right, but the database cannot be used", config->path);
        command_failed(command, &err);
    }
    for (const char *line = buffer_cstr(&complaints); *line != '\0'; line += strcspn(line, "\n") + 1) {
        err_set(&err, "%s: the file is right, but not the database: %.*s", config->path, (int)strcspn(line, "\n"),
                line);
        command_failed(command, &err);
    }
    if (asked && complaints.len == 0 && !storage_is_as_wanted(db, config, &err)) {
        asked = false;
        err_prefix(&err, "%s", config->path);
        command_failed(command, &err);
    }
    bool well = asked && complaints.len == 0;
    if (well) {
        note_hints(db);
    }
    buffer_free(&complaints);
    report_db_free(db);
    return well;
}

/* Notes what keeps uploads out. It is no fault of the configuration, so the exit status stays, but the caller wants to
 * know. */
static void tell_intake(const struct relay_config *config)
{
    struct findings findings = {0};
    bool running = access(config->general.state_file, R_OK | W_OK) == 0;
    struct relay_state *state =
        running ? relay_state_open(config->general.state_file, relay_metrics_fingerprint()) : NULL;
    intake_check(config, state, time(NULL), &findings);
    for (size_t i = 0; i < findings.count; i++) {
        fprintf(stderr, "note: %s.\n", findings.at[i].text.text);
    }
    relay_state_close(state);
}

/* Run logs are taken all the same, and nobody is told when the cleaner removes them. */
static void tell_runs_stay(const struct relay_config *config)
{
    char retention[DURATION_TEXT_SIZE];
    if (config->reporting.output == RELAY_OUTPUT_DISABLED) {
        duration_format(config->reporting.cleanup_retention, retention);
        fprintf(stderr,
                "note: processing.reporting.output is disabled: run logs are taken and go nowhere; what has waited for "
                "%s is removed.\n",
                retention);
    }
}

/* Who may not look there is told nothing. */
static void tell_missing_directory(const char *directory, const char *name)
{
    struct stat status;
    char *path = xasprintf("%s/%s", directory, name);
    if (stat(path, &status) != 0 ? errno == ENOENT || errno == ENOTDIR : !S_ISDIR(status.st_mode)) {
        fprintf(stderr, "note: there is no directory %s: the programs that use it do not start.\n", path);
    }
    free(path);
}

static void tell_missing_directories(const struct relay_config *config)
{
    tell_missing_directory(config->reporting.directory, upload_kind(RELAY_KIND_REPORT)->incoming);
    tell_missing_directory(config->reporting.directory, "failed");
    tell_missing_directory(config->inventory.directory, upload_kind(RELAY_KIND_INVENTORY)->incoming);
    tell_missing_directory(config->inventory.directory, upload_kind(RELAY_KIND_INVENTORY_UPDATE)->incoming);
    tell_missing_directory(config->inventory.directory, "failed");
}

static int cmd_check_config_run(const struct command *command, const struct command_line *line)
{
    struct err err;
    if (!relay_config_load_passwords(line->config, &err) || !knows_upstream(line->config, &err) ||
        !has_decryption_keys(line->config, &err) || !has_message_directories(line->config, &err)) {
        command_failed(command, &err);
        return COMMAND_USAGE;
    }
    if (!check_hub_is_well(command, line->config) || !check_syslog_is_well(command, line->config) ||
        (line->config->virtual_nodes.enabled && !check_virtual_is_well(command, line->config))) {
        return COMMAND_USAGE;
    }
    if (line->config->reporting.output == RELAY_OUTPUT_DATABASE && line->given['o'] == NULL &&
        !database_is_well(command, line->config)) {
        return COMMAND_FAILED;
    }
    tell_runs_stay(line->config);
    tell_missing_directories(line->config);
    tell_intake(line->config);
    check_certificates_tell(line->config);
    check_server_key_tell(line->config);
    printf("%s: right (this server is %s)\n", line->config->path, line->config->general.node_id);
    return command_finish(command);
}

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"offline", no_argument, NULL, 'o'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

const struct command cmd_check_config = {
    .name = "check-config",
    .synopsis = "[-c FILE] [-o]",
    .summary = "say whether the configuration is right",
    .help =
        "Reads the configuration, with the password and key files it names, as the programs do. Unknown keys\n"
        "are told on standard error. Where run logs go to a database, it logs in there and looks whether they can be\n"
        "stored, and whether a crash of that server would lose what it has stored. Notes on standard error tell what\n"
        "keeps uploads out: a directory of the spool that is missing, a full file system, uploads turned away lately,\n"
        "an endpoint that does not run; that run logs go nowhere, since processing.reporting.output is disabled;\n"
        "nodes whose certificate has expired, is not valid yet (httpd ends the connection) or expires within 30 days;\n"
        "indexes of the database without which the web application is slow; and a key of httpd's that costs much with\n"
        "each connection. With hub.enabled it looks whether the hub can start: certificate and key, the directory of\n"
        "orders, its port; with virtual.enabled, at the files of virtual nodes; with syslog.enabled, at\n"
        "the directories of rudder-relay-syslog.\n"
        "\n"
        "  -c, --config FILE  the configuration (default: $RUDDER_RELAY_CONFIG, else " RELAY_SYSCONFDIR "/relay.conf)\n"
        "  -o, --offline      leave the database alone\n"
        "  -h, --help         this text\n"
        "\n"
        "Exit status 2 and file, line and reason when the configuration is wrong, 1 and the reason when the database "
        "is.\n",
    .options = options,
    .wants_config = true,
    .run = cmd_check_config_run,
};
