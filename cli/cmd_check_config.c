/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check_certificates.h"
#include "command.h"
#include "relay/intake.h"
#include "relay/peer.h"
#include "relay/relay_metrics.h"
#include "relay/report_db.h"
#include "util/buffer.h"

/* The forwarder does not start without these. */
static bool knows_upstream(const struct relay_config *config, struct err *err)
{
    struct buffer pins = {0};
    bool upstream =
        config->reporting.output == RELAY_OUTPUT_UPSTREAM || config->inventory.output == RELAY_OUTPUT_UPSTREAM;
    bool known = !upstream || peer_upstream_pins(config, &pins, err) || err_prefix(err, "%s", config->path);
    buffer_free(&pins);
    return known;
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
    bool well = asked && complaints.len == 0;
    buffer_free(&complaints);
    report_db_free(db);
    return well;
}

/* Notes what keeps uploads out. It is no fault of the configuration, so the exit status stays, but the caller wants to
 * know. */
static void tell_intake(const struct relay_config *config)
{
    struct intake_finding findings[INTAKE_FINDINGS_MAX];
    bool running = access(config->general.state_file, R_OK | W_OK) == 0;
    struct relay_state *state =
        running ? relay_state_open(config->general.state_file, relay_metrics_fingerprint()) : NULL;
    size_t count = intake_check(config, state, time(NULL), findings);
    for (size_t i = 0; i < count; i++) {
        fprintf(stderr, "note: %s.\n", findings[i].text.text);
    }
    relay_state_close(state);
}

static int cmd_check_config_run(const struct command *command, const struct command_line *line)
{
    struct err err;
    if (!relay_config_load_passwords(line->config, &err) || !knows_upstream(line->config, &err)) {
        command_failed(command, &err);
        return COMMAND_USAGE;
    }
    if (line->config->reporting.output == RELAY_OUTPUT_DATABASE && line->given['o'] == NULL &&
        !database_is_well(command, line->config)) {
        return COMMAND_FAILED;
    }
    tell_intake(line->config);
    check_certificates_tell(line->config);
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
        "Reads the configuration, with the password files it names, as the programs do at their start. Unknown keys\n"
        "are told on standard error. Where run logs go to a database, it logs in there and looks whether they can be\n"
        "stored, and whether a crash of that server would lose what it has stored. Notes on standard error tell what\n"
        "keeps uploads out: a full file system, uploads turned away lately, an endpoint that does not run; and nodes\n"
        "whose certificate has expired or is not valid yet, with which httpd ends the connection.\n"
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
