/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check_virtual.h"
#include "command.h"
#include "relay/virtual_node.h"
#include "relay/virtual_status.h"
#include "util/clock.h"
#include "util/close_fd.h"
#include "util/timestamp.h"
#include "util/xmalloc.h"

enum { TAKE_UP_MS = 15000, WAIT_MORE_MS = 60000 /* beyond the time-out */, LEFT_OUT_MS = 3000, LOOK_MS = 50 };

/* ---- status ---- */

static const char *moment_text(int64_t seconds, char out[TIMESTAMP_TEXT_SIZE])
{
    if (seconds <= 0) {
        return "-";
    }
    timestamp_format(&(struct timestamp){.seconds = seconds}, out);
    return out;
}

static const char *result_word(const struct virtual_status *status)
{
    if (status->running) {
        return "running";
    }
    return status->ok ? "ok" : status->last > 0 || status->reason.text[0] != '\0' ? "failed" : "-";
}

static void print_status(const struct virtual_node *node, const struct virtual_status *known)
{
    static const struct virtual_status none;
    const struct virtual_status *status = known != NULL ? known : &none;
    char last[TIMESTAMP_TEXT_SIZE], next[TIMESTAMP_TEXT_SIZE];
    printf("%-36s  %-25s  %8.1f  %-7s  %-25s  %s\n", node->settings.node_id, moment_text(status->last, last),
           (double)status->took_ms / 1000, result_word(status), moment_text(status->next, next), node->file);
    if (!status->ok && status->reason.text[0] != '\0') {
        printf("    %s\n", status->reason.text);
    }
}

static int show_status(const struct command *command, const struct relay_config *config)
{
    struct virtual_nodes nodes;
    struct virtual_statuses statuses;
    struct err err;
    if (!virtual_nodes_read(&nodes, config->virtual_nodes.directory, &err)) {
        return command_failed(command, &err);
    }
    if (!virtual_statuses_read(&statuses, config->virtual_nodes.state_directory, &err)) {
        fprintf(stderr, "note: nothing has been run yet (%s).\n", err.text);
    }
    printf("%-36s  %-25s  %8s  %-7s  %-25s  %s\n", "node", "last run", "seconds", "result", "next run", "file");
    for (size_t i = 0; i < nodes.count; i++) {
        print_status(nodes.at[i], virtual_statuses_find(&statuses, nodes.at[i]->settings.node_id));
    }
    for (size_t i = 0; i < nodes.fault_count; i++) {
        printf("not used: %s\n", nodes.faults[i].err.text);
    }
    virtual_statuses_free(&statuses);
    virtual_nodes_free(&nodes);
    return command_finish(command);
}

/* ---- run ---- */

struct virtual_wait {
    const struct relay_config *config;
    const char *node_id;
    char *request;
    int64_t before; /* when the run before began */
    struct virtual_status status;
};

static bool look_at_status(struct virtual_wait *wait)
{
    struct virtual_statuses statuses;
    struct err err;
    if (!virtual_statuses_read(&statuses, wait->config->virtual_nodes.state_directory, &err)) {
        return false;
    }
    const struct virtual_status *status = virtual_statuses_find(&statuses, wait->node_id);
    if (status != NULL) {
        wait->status = *status;
    }
    virtual_statuses_free(&statuses);
    return status != NULL;
}

static bool request_run(struct virtual_wait *wait, struct err *err)
{
    int fd = open(wait->request, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 && errno == ENOENT) {
        return err_set(err,
                       "rudder-relay-virtual has never been started (%s/requests is not there): systemctl enable "
                       "--now rudder-relay-virtual.service",
                       wait->config->virtual_nodes.state_directory);
    }
    if (fd < 0) {
        return err_set_errno(err, errno, "%s", wait->request);
    }
    close_fd(&fd);
    for (int64_t until = clock_ms() + TAKE_UP_MS; access(wait->request, F_OK) == 0;) {
        if (clock_ms() >= until) {
            unlink(wait->request);
            return err_set(err, "nobody takes the order up: is rudder-relay-virtual running?");
        }
        nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
    }
    return true;
}

static bool await_run(struct virtual_wait *wait, int64_t timeout, struct err *err)
{
    const int64_t begun = clock_ms();
    while (clock_ms() < begun + timeout * 1000 + WAIT_MORE_MS) {
        const bool known = look_at_status(wait) && !wait->status.running;
        const bool left_out = wait->status.last == 0 && wait->status.reason.text[0] != '\0';
        if (known && (left_out ? clock_ms() > begun + LEFT_OUT_MS : wait->status.last != wait->before)) {
            return true;
        }
        nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
    }
    return err_set(err, "%s: it has not run yet; rudder-relay virtual says when it does", wait->node_id);
}

static bool find_timeout(const struct relay_config *config, const char *node_id, int64_t *timeout, struct err *err)
{
    struct virtual_nodes nodes;
    if (!virtual_nodes_read(&nodes, config->virtual_nodes.directory, err)) {
        return false;
    }
    const struct virtual_node *node = virtual_nodes_find(&nodes, node_id);
    bool found = node != NULL && node->settings.enabled;
    *timeout = found ? node->settings.timeout : 0;
    virtual_nodes_free(&nodes);
    return found || err_set(err, "%s has no file in %s, or it is off", node_id, config->virtual_nodes.directory);
}

static int run_now(const struct command *command, const struct relay_config *config, const char *node_id)
{
    struct virtual_wait wait = {.config = config, .node_id = node_id};
    struct err err;
    int64_t timeout;
    if (!find_timeout(config, node_id, &timeout, &err)) {
        return command_failed(command, &err);
    }
    wait.request = xasprintf("%s/requests/%s", config->virtual_nodes.state_directory, node_id);
    look_at_status(&wait);
    wait.before = wait.status.last;
    bool done = request_run(&wait, &err) && await_run(&wait, timeout, &err);
    free(wait.request);
    if (done && !wait.status.ok) {
        err = wait.status.reason;
        done = err_prefix(&err, "%s", node_id);
    }
    if (!done) {
        return command_failed(command, &err);
    }
    printf("%s: ok, after %.1f seconds\n", node_id, (double)wait.status.took_ms / 1000);
    return command_finish(command);
}

static int check_files(const struct command *command, const struct relay_config *config)
{
    if (!check_virtual_is_well(command, config)) {
        return COMMAND_FAILED;
    }
    printf("%s: right\n", config->virtual_nodes.directory);
    return command_finish(command);
}

static int print_sample(const struct command *command)
{
    puts("# A virtual node, see rudder-relay-virtual(8). Every key is here, commented out, with its default.");
    virtual_node_print_sample(stdout);
    return command_finish(command);
}

static int cmd_virtual_run(const struct command *command, const struct command_line *line)
{
    char **words = line->arguments;
    const char *what = words[0] != NULL ? words[0] : "status";
    const bool alone = words[0] == NULL || words[1] == NULL;
    if (alone && strcmp(what, "status") == 0) {
        return show_status(command, line->config);
    }
    if (alone && strcmp(what, "check") == 0) {
        return check_files(command, line->config);
    }
    if (alone && strcmp(what, "sample") == 0) {
        return print_sample(command);
    }
    if (!alone && strcmp(what, "run") == 0 && words[2] == NULL) {
        return run_now(command, line->config, words[1]);
    }
    return command_usage(command, "status, check, sample, or run NODE");
}

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

const struct command cmd_virtual = {
    .name = "virtual",
    .synopsis = "[status | check | run NODE | sample] [-c FILE]",
    .summary = "nodes without an agent: how they are, run one now",
    .help =
        "Virtual nodes are those that rudder-relay-virtual runs commands for, as the files in virtual.directory say.\n"
        "\n"
        "  status    for each: when it was run last, how long that took, how it went, when it is run next; this is\n"
        "            what it does without a word\n"
        "  check     looks whether the files are right, commands, keys and certificates there, and who may read them\n"
        "  run NODE  has the node with this id run now, and waits for the end; exit status 1 unless it went well\n"
        "  sample    prints a file for a node that sets nothing\n"
        "\n"
        "  -c, --config FILE  the configuration (default: $RUDDER_RELAY_CONFIG, else " RELAY_SYSCONFDIR "/relay.conf)\n"
        "  -h, --help         this text\n",
    .options = options,
    .files = COMMAND_ANY_ARGUMENTS,
    .wants_config = true,
    .run = cmd_virtual_run,
};
