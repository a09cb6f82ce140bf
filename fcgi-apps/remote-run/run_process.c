/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/run_process.h"

#include "remote-run/command_call.h"
#include "remote-run/command_line.h"

bool run_process_start(struct run_process *process, const struct relay_config *config, const char *helper,
                       const char *conditions, const char *hosts, struct err *err)
{
    const struct subprocess_limits limits = command_line_limits(config);
    if (helper != NULL) {
        process->call = command_call_start(helper, conditions, hosts, &limits, err);
    } else {
        const char *argv[COMMAND_LINE_ARGS_MAX];
        command_line_fill(argv, config, conditions, hosts);
        process->child = subprocess_start(argv, &limits, err);
    }
    return run_process_runs(process);
}

int64_t run_process_polls(const struct run_process *process, struct pollfd *polls)
{
    if (process->child != NULL) {
        return subprocess_polls(process->child, polls);
    }
    polls[1] = (struct pollfd){.fd = -1};
    return command_call_polls(process->call, polls);
}

bool run_process_step(struct run_process *process, subprocess_output *output, void *context,
                      struct subprocess_end *end, struct err *err)
{
    return process->child != NULL ? subprocess_step(process->child, output, context, end)
                                  : command_call_step(process->call, output, context, end, err);
}

void run_process_stop(struct run_process *process)
{
    if (process->child != NULL) {
        subprocess_stop(process->child);
    } else if (process->call != NULL) {
        command_call_stop(process->call);
    }
}

void run_process_free(struct run_process *process)
{
    subprocess_free(process->child);
    command_call_free(process->call);
    *process = (struct run_process){0};
}
