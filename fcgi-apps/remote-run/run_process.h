/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_process: one command of a remote run, as a child of this process (util/subprocess.h) or, where the program's unit
 * names the socket of the helper, by the helper (command_call.h). Both end in the same ways.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "relay/relay_config.h"
#include "util/err.h"
#include "util/subprocess.h"

/* All zero bytes: none runs. */
struct run_process {
    struct subprocess *child;
    struct command_call *call;
};

static inline bool run_process_runs(const struct run_process *process)
{
    return process->child != NULL || process->call != NULL;
}

/* helper: the path of its socket; NULL: none. conditions: "" for none. False with err. */
bool run_process_start(struct run_process *process, const struct relay_config *config, const char *helper,
                       const char *conditions, const char *hosts, struct err *err);

/* As those of util/subprocess.h; err as in command_call.h. */
int64_t run_process_polls(const struct run_process *process, struct pollfd *polls);
bool run_process_step(struct run_process *process, subprocess_output *output, void *context,
                      struct subprocess_end *end, struct err *err);
void run_process_stop(struct run_process *process);
void run_process_free(struct run_process *process);
