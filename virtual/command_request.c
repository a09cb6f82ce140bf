/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual/command_request.h"

#include <inttypes.h>
#include <string.h>

#include "util/duration.h"

static const char prefix[] = "RUDDER_VIRTUAL_";

static void add_request_text(struct buffer *out, const char *text)
{
    buffer_add(out, text, strlen(text) + 1);
}

static void add_variable(struct buffer *out, const char *name, const char *value)
{
    buffer_add_format(out, "%s%s=", prefix, name);
    add_request_text(out, value);
}

void command_request_add(struct buffer *out, const struct virtual_node_settings *settings, const char *start)
{
    buffer_add_format(out, "%" PRId64, settings->timeout);
    add_request_text(out, "");
    add_variable(out, "NODE", settings->node_id);
    add_variable(out, "START", start);
    add_variable(out, "AUDIT", settings->audit ? "yes" : "no");
    add_variable(out, "CONFIG_ID", settings->config_id);
    add_variable(out, "POLICY", settings->policy);
    add_variable(out, "RULE_ID", settings->rule_id);
    add_variable(out, "DIRECTIVE_ID", settings->directive_id);
    add_variable(out, "REPORT_ID", settings->report_id);
    add_variable(out, "COMPONENT", settings->component);
    add_variable(out, "KEY", settings->key);
    add_request_text(out, "");
    for (char *const *argument = settings->command; *argument != NULL; argument++) {
        add_request_text(out, *argument);
    }
    add_request_text(out, "");
}

/* Takes texts up to an empty one. */
static enum subprocess_wire take_texts(struct slice *come, const char **texts, size_t most)
{
    size_t count = 0;
    for (const char *text; (text = subprocess_wire_take_text(come)) != NULL;) {
        if (text[0] == '\0') {
            texts[count] = NULL;
            return SUBPROCESS_WIRE_WHOLE;
        }
        if (count == most) {
            return SUBPROCESS_WIRE_BAD;
        }
        texts[count++] = text;
    }
    return SUBPROCESS_WIRE_MORE;
}

static bool take_timeout(const char *text, int64_t *timeout)
{
    return text[strspn(text, "0123456789")] == '\0' && duration_parse(text, strlen(text), timeout, NULL) &&
           *timeout >= 1 && *timeout <= VIRTUAL_NODE_TIMEOUT_MAX;
}

static bool are_variables(const char *const *variables)
{
    for (; *variables != NULL; variables++) {
        const char *equals = strchr(*variables, '=');
        if (strncmp(*variables, prefix, strlen(prefix)) != 0 || equals == NULL) {
            return false;
        }
    }
    return true;
}

static enum subprocess_wire bad_request(struct err *err, const char *why)
{
    err_set(err, "%s", why);
    return SUBPROCESS_WIRE_BAD;
}

enum subprocess_wire command_request_read(struct slice come, struct command_request *request, struct err *err)
{
    if (come.len > COMMAND_REQUEST_MAX) {
        return bad_request(err, "the request is too large");
    }
    const char *timeout = subprocess_wire_take_text(&come);
    if (timeout == NULL) {
        return SUBPROCESS_WIRE_MORE;
    }
    if (!take_timeout(timeout, &request->timeout)) {
        return bad_request(err, "the time-out is none");
    }
    enum subprocess_wire got = take_texts(&come, request->variables, COMMAND_REQUEST_VARIABLES_MAX);
    if (got == SUBPROCESS_WIRE_WHOLE) {
        got = take_texts(&come, request->command, VIRTUAL_NODE_ARGUMENTS_MAX);
    }
    if (got == SUBPROCESS_WIRE_MORE) {
        return got;
    }
    if (got == SUBPROCESS_WIRE_BAD) {
        return bad_request(err, "too many variables or arguments");
    }
    if (!are_variables(request->variables) || request->command[0] == NULL || request->command[0][0] != '/') {
        return bad_request(err, "there is another variable, or no absolute path of a command");
    }
    return come.len == 0 ? SUBPROCESS_WIRE_WHOLE : bad_request(err, "there is something behind the request");
}
