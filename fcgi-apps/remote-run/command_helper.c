/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/command_helper.h"

#include <stdint.h>

#include "remote-run/command_line.h"
#include "remote-run/command_wire.h"
#include "util/log.h"
#include "util/subprocess_serve.h"

#define LOG_COMPONENT "command_helper"

static struct subprocess *start_command(const struct relay_config *config, const char *conditions, const char *hosts,
                                        struct err *err)
{
    const struct subprocess_limits limits = command_line_limits(config);
    const char *argv[COMMAND_LINE_ARGS_MAX];
    command_line_fill(argv, config, conditions, hosts);
    if (!config->remote_run.enabled) {
        err_set(err, "remote_run.enabled is false");
        return NULL;
    }
    struct subprocess *process = subprocess_start(argv, &limits, err);
    if (process != NULL) {
        log_info("command started", log_text("conditions", conditions), log_text("hosts", hosts));
    }
    return process;
}

static enum subprocess_wire command_helper_begin(void *context, struct slice come, struct subprocess **process,
                                                 struct err *err)
{
    const struct relay_config *config = context;
    const char *conditions, *hosts;
    enum subprocess_wire got = command_wire_read_request(come, &conditions, &hosts, err);
    if (got == SUBPROCESS_WIRE_WHOLE) {
        *process = start_command(config, conditions, hosts, err);
    }
    return got;
}

/* A request that is bad names no hosts. */
static struct log_field command_hosts(void *context, struct slice request)
{
    const char *conditions, *hosts;
    struct err err;
    (void)context;
    bool whole = command_wire_read_request(request, &conditions, &hosts, &err) == SUBPROCESS_WIRE_WHOLE;
    return log_text("hosts", whole ? hosts : "");
}

void command_helper_serve(const struct relay_config *config, int connection)
{
    subprocess_serve(connection, command_helper_begin, command_hosts, (void *)(uintptr_t)config);
}
