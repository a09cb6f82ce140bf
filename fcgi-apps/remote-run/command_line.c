/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/command_line.h"

#include "relay/remote_run_request.h"
#include "util/http_url.h"
#include "util/slice.h"

enum { GRACE_MS = 5000 };

void command_line_fill(const char **argv, const struct relay_config *config, const char *conditions, const char *hosts)
{
    size_t count = 0;
    if (config->remote_run.use_sudo) {
        argv[count++] = "sudo";
    }
    argv[count++] = config->remote_run.command;
    argv[count++] = "remote";
    argv[count++] = "run";
    if (conditions[0] != '\0') {
        argv[count++] = "-D";
        argv[count++] = conditions;
    }
    argv[count++] = "--";
    argv[count++] = hosts;
    argv[count] = NULL;
}

struct subprocess_limits command_line_limits(const struct relay_config *config)
{
    return (struct subprocess_limits){.timeout_ms = config->remote_run.timeout * 1000, .grace_ms = GRACE_MS};
}

static bool hosts_valid(struct slice hosts, struct err *err)
{
    if (hosts.len > COMMAND_LINE_HOSTS_MAX) {
        return err_set(err, "hosts of more than %d bytes together", COMMAND_LINE_HOSTS_MAX);
    }
    if (slice_ends_with(hosts, ",")) {
        return err_set(err, "a list of hosts that ends with a comma");
    }
    do {
        struct slice host = slice_take_until(&hosts, ',');
        if (!http_url_is_host(host)) {
            return err_set(err, "\"%.*s\" is no host name", (int)(host.len < 100 ? host.len : 100), host.at);
        }
    } while (hosts.len > 0);
    return true;
}

bool command_line_valid(const char *conditions, const char *hosts, struct err *err)
{
    return remote_run_request_conditions_valid(conditions, err) && hosts_valid(slice_from_str(hosts), err);
}
