/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/run_command.h"

#include <stdlib.h>

#include "remote-run/command_line.h"
#include "remote-run/run_process.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "run_command"

struct command {
    struct run_process process; /* if none runs, the place is free */
    struct run_output *output;
    struct line_merge merge;
    size_t hosts;
};

struct run_commands {
    const struct relay_config *config;
    const char *helper;
    const char *conditions;
    const struct slice *hosts;
    size_t left; /* hosts not yet given to a command */
    struct run_output *output;
    struct buffer text;
    size_t places;
    struct command at[];
};

struct run_commands *run_commands_new(const struct relay_config *config, const char *helper, const char *conditions,
                                      const struct slice *hosts, size_t count, struct run_output *output)
{
    size_t places = (size_t)config->remote_run.max_children;
    struct run_commands *commands = xcalloc(1, sizeof *commands + places * sizeof *commands->at);
    commands->config = config;
    commands->helper = helper;
    commands->conditions = conditions;
    commands->hosts = hosts;
    commands->left = count;
    commands->output = output;
    commands->places = places;
    return commands;
}

/* ---- start ---- */

/* Takes as many hosts as one argument holds. Returns how many. */
static size_t join_hosts(struct run_commands *commands)
{
    size_t count = 0;
    buffer_clear(&commands->text);
    while (commands->left > 0) {
        struct slice host = commands->hosts[0];
        if (count > 0 && commands->text.len + 1 + host.len > COMMAND_LINE_HOSTS_MAX) {
            break;
        }
        buffer_add_text(&commands->text, count > 0 ? "," : "");
        buffer_add(&commands->text, host.at, host.len);
        commands->hosts++;
        commands->left--;
        count++;
    }
    return count;
}

static void say_not_started(const struct command *command, const struct err *err)
{
    log_error("remote run not started", log_number("hosts", (int64_t)command->hosts), log_text("reason", err->text));
    run_output_say(command->output, "the command for %zu nodes does not start: %s", command->hosts, err->text);
}

static void run_command_start_one(struct run_commands *commands, struct command *command)
{
    struct err err = {0};
    *command = (struct command){.output = commands->output, .hosts = join_hosts(commands)};
    if (!run_process_start(&command->process, commands->config, commands->helper, commands->conditions,
                           buffer_cstr(&commands->text), &err)) {
        say_not_started(command, &err);
        return;
    }
    log_info("remote run started", log_number("hosts", (int64_t)command->hosts),
             log_text("conditions", commands->conditions));
}

/* ---- the end of one ---- */

static void run_command_say_end(const struct command *command, const struct relay_config *config,
                                const struct subprocess_end *end)
{
    struct run_output *output = command->output;
    if (end->fate == SUBPROCESS_EXITED && end->number == 0) {
        log_info("remote run ended", log_number("hosts", (int64_t)command->hosts));
        return;
    }
    log_warn("remote run ended", log_number("hosts", (int64_t)command->hosts),
             log_text("how", subprocess_fate_word(end->fate)), log_number("number", end->number),
             log_text("left_running", end->given_up ? "yes" : "no"));
    switch (end->fate) {
    case SUBPROCESS_EXITED:
        run_output_say(output, "the command ended with status %d", end->number);
        break;
    case SUBPROCESS_SIGNALLED:
        run_output_say(output, "the command was ended by signal %d", end->number);
        break;
    case SUBPROCESS_TIMED_OUT:
        run_output_say(output, "the command was ended: it took longer than %lld seconds",
                       (long long)config->remote_run.timeout);
        break;
    case SUBPROCESS_STOPPED:
        run_output_say(output, "the command was ended");
        break;
    }
}

static void run_command_take(void *context, const char *bytes, size_t len)
{
    struct command *command = context;
    run_output_add(command->output, &command->merge, bytes, len);
}

static void step_one(const struct run_commands *commands, struct command *command)
{
    struct subprocess_end end;
    struct err err = {0};
    if (!run_process_step(&command->process, run_command_take, command, &end, &err)) {
        return;
    }
    run_output_end(command->output, &command->merge);
    if (err.text[0] != '\0' && end.given_up) {
        log_error("remote run lost", log_number("hosts", (int64_t)command->hosts), log_text("reason", err.text));
        run_output_say(command->output, "the command for %zu nodes is lost: %s", command->hosts, err.text);
    } else if (err.text[0] != '\0') {
        say_not_started(command, &err);
    } else {
        run_command_say_end(command, commands->config, &end);
    }
    run_process_free(&command->process);
    line_merge_free(&command->merge);
}

/* ---- all of them ---- */

size_t run_commands_most_polls(const struct run_commands *commands)
{
    return commands->places * SUBPROCESS_POLLS;
}

size_t run_commands_polls(const struct run_commands *commands, struct pollfd *polls, int64_t *wake)
{
    size_t count = 0;
    for (size_t i = 0; i < commands->places; i++) {
        if (run_process_runs(&commands->at[i].process)) {
            int64_t at = run_process_polls(&commands->at[i].process, polls + count);
            *wake = at < *wake ? at : *wake;
            count += SUBPROCESS_POLLS;
        }
    }
    return count;
}

bool run_commands_step(struct run_commands *commands)
{
    bool running = false;
    for (size_t i = 0; i < commands->places; i++) {
        struct command *command = &commands->at[i];
        if (run_process_runs(&command->process)) {
            step_one(commands, command);
        }
        while (!run_process_runs(&command->process) && commands->left > 0) {
            run_command_start_one(commands, command);
        }
        running = running || run_process_runs(&command->process);
    }
    return running;
}

void run_commands_stop(struct run_commands *commands)
{
    commands->left = 0;
    for (size_t i = 0; i < commands->places; i++) {
        run_process_stop(&commands->at[i].process);
    }
}

void run_commands_free(struct run_commands *commands)
{
    for (size_t i = 0; i < commands->places; i++) {
        run_process_free(&commands->at[i].process);
        line_merge_free(&commands->at[i].merge);
    }
    buffer_free(&commands->text);
    free(commands);
}
