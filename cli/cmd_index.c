/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "command.h"
#include "relay/node_index.h"

static void print_summary(const char *index_file, const char *what, const struct node_index_summary *summary)
{
    printf("%s: %s, %" PRIu64 " nodes, %" PRIu64 " certificates, %" PRIu64 " certificates skipped\n", index_file, what,
           summary->nodes, summary->certificates, summary->skipped_certificates);
}

/* Prints what the index holds if it is current. */
static bool is_current(const struct relay_config *config)
{
    const char *index_file = config->general.node_index_file;
    struct node_index_summary summary;
    if (!node_index_current(config->general.nodes_list_file, config->general.nodes_certs_file, index_file)) {
        return false;
    }
    struct node_index *index = node_index_open(index_file, NULL);
    if (index == NULL) {
        return false;
    }
    node_index_summary(index, &summary);
    print_summary(index_file, "current", &summary);
    node_index_close(index);
    return true;
}

static int cmd_index_run(const struct command *command, const struct command_line *line)
{
    const struct relay_config *config = line->config;
    struct node_index_summary summary;
    struct err err;
    if (line->given['s'] != NULL && is_current(config)) {
        return command_finish(command);
    }
    if (!node_index_build(config->general.nodes_list_file, config->general.nodes_certs_file,
                          config->general.node_index_file, &summary, &err)) {
        return command_failed(command, &err);
    }
    print_summary(config->general.node_index_file, "built", &summary);
    return command_finish(command);
}

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"if-stale", no_argument, NULL, 's'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

const struct command cmd_index = {
    .name = "index",
    .synopsis = "[-c FILE] [--if-stale]",
    .summary = "compile node list and certificates for the programs",
    .help =
        "Builds the index of nodes and certificates that every program maps. The forwarder does so when it\n"
        "starts and is reloaded, systemd when list or certificates change. Programs that run take the new index up by\n"
        "themselves. On an error the old one stays.\n"
        "\n"
        "  -c, --config FILE  the configuration (default: $RUDDER_RELAY_CONFIG, else " RELAY_SYSCONFDIR "/relay.conf)\n"
        "  -s, --if-stale     only if list or certificates have changed since it was built\n"
        "  -h, --help         this text\n",
    .options = options,
    .wants_config = true,
    .run = cmd_index_run,
};
