/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * command_line: what is run to start agents: `[sudo] <command> remote run [-D <conditions>] -- <host>,<host>...`, with
 * command and sudo as the configuration of whoever runs it says.
 *
 * The command is root's and may use a shell: conditions and hosts are those that command_line_valid takes.
 */
#pragma once

#include <stdbool.h>

#include "relay/relay_config.h"
#include "util/err.h"
#include "util/subprocess.h"

enum {
    COMMAND_LINE_ARGS_MAX = 9,
    /* Bytes of one list of hosts. Linux takes no argument longer than 128 KiB. */
    COMMAND_LINE_HOSTS_MAX = 100 * 1000,
};

/* Fills in argv, which has room for COMMAND_LINE_ARGS_MAX. What is given must outlive it. conditions: "" for none. */
void command_line_fill(const char **argv, const struct relay_config *config, const char *conditions, const char *hosts);

/* How long it may take (remote_run.timeout), and then to end. */
struct subprocess_limits command_line_limits(const struct relay_config *config);

/* Is each condition a word, each host what http_url_is_host takes, neither list longer than an argument may be, and is
 * there a host? False with err. */
bool command_line_valid(const char *conditions, const char *hosts, struct err *err);
