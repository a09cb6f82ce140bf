/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "command.h"
#include "relay/peer.h"

/* The forwarder would not start without. */
static bool knows_upstream(const struct relay_config *config, struct err *err)
{
    struct buffer pins = {0};
    bool upstream =
        config->reporting.output == RELAY_OUTPUT_UPSTREAM || config->inventory.output == RELAY_OUTPUT_UPSTREAM;
    bool known = !upstream || peer_upstream_pins(config, &pins, err) || err_prefix(err, "%s", config->path);
    buffer_free(&pins);
    return known;
}

static int cmd_check_config_run(const struct command *command, const struct command_line *line)
{
    struct err err;
    if (!relay_config_load_passwords(line->config, &err) || !knows_upstream(line->config, &err)) {
        command_failed(command, &err);
        return COMMAND_USAGE;
    }
    printf("%s: right (this server is %s)\n", line->config->path, line->config->general.node_id);
    return command_finish(command);
}

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

const struct command cmd_check_config = {
    .name = "check-config",
    .synopsis = "[-c FILE]",
    .summary = "say whether the configuration is right",
    .help =
        "Reads the configuration, with the password files it names, as the programs do at their start. Unknown keys\n"
        "are told on standard error.\n"
        "\n"
        "  -c, --config FILE  the configuration (default: $RUDDER_RELAY_CONFIG, else " RELAY_SYSCONFDIR "/relay.conf)\n"
        "  -h, --help         this text\n"
        "\n"
        "Exit status 2 and file, line and reason when it is wrong.\n",
    .options = options,
    .wants_config = true,
    .run = cmd_check_config_run,
};
