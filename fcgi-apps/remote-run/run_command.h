/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_command: the commands (command_line.h) that run agents on neighbours: many hosts become several commands, of
 * which no more than remote_run.max_children run at the same time. Hosts are those that http_url_is_host takes.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/relay_config.h"
#include "remote-run/run_output.h"
#include "util/slice.h"

struct run_commands;

/* What is given must outlive it. helper: as for run_process_start. conditions: "" for none. Starts nothing yet. */
struct run_commands *run_commands_new(const struct relay_config *config, const char *helper, const char *conditions,
                                      const struct slice *hosts, size_t count, struct run_output *output);

/* How many pollfds run_commands_polls may fill in. */
size_t run_commands_most_polls(const struct run_commands *commands);

/* Fills in what to poll for and returns how many; *wake becomes the moment (clock_ms) of the next step, if sooner. */
size_t run_commands_polls(const struct run_commands *commands, struct pollfd *polls, int64_t *wake);

/* Starts what may run, takes up what happened. False when all are over. */
bool run_commands_step(struct run_commands *commands);

/* No further one starts; those that run are ended. Goes on until run_commands_step says that it is over. */
void run_commands_stop(struct run_commands *commands);

void run_commands_free(struct run_commands *commands);
