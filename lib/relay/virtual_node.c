/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/virtual_node.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "relay/node_id.h"
#include "util/compare.h"
#include "util/config_table.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

#define FIELD(name) offsetof(struct virtual_node_settings, name)

enum { FIELD_MAX = 200 /* bytes of a text that becomes part of a report */, WEEK = 7 * 24 * 3600 };

static const struct config_key keys[] = {
    {"node_id", CONFIG_TEXT, FIELD(node_id), "", .help = "The id of the node. Must be given."},
    {"enabled", CONFIG_BOOL, FIELD(enabled), "true", .help = "Whether it is run."},
    {"command", CONFIG_TEXTS, FIELD(command), "",
     .help = "What is run: an absolute path and arguments, each a text. No shell reads it. Must be given."},
    {"period", CONFIG_DURATION, FIELD(period), "5min", 1, WEEK,
     .help = "How often. When within the period is made from the node's id, the same after each restart."},
    {"timeout", CONFIG_DURATION, FIELD(timeout), "1min", 1, VIRTUAL_NODE_TIMEOUT_MAX,
     .help = "For how long it may run. Then it and all that it started are ended."},
    {"audit", CONFIG_BOOL, FIELD(audit), "false",
     .help = "Whether the report that is made of its exit status is one of audit mode (audit_compliant, "
             "audit_noncompliant, audit_error) and not result_success, result_error."},
    {"config_id", CONFIG_TEXT, FIELD(config_id), "0",
     .help = "The id of the node's configuration, which the reports that begin and end a run carry."},
    {"policy", CONFIG_TEXT, FIELD(policy), "Virtual agent",
     .help = "This key and the next five are what the report that is made of the exit status carries; the command "
             "has them in its environment."},
    {"rule_id", CONFIG_TEXT, FIELD(rule_id), "virtual-agent", .help = "The rule that the web application expects."},
    {"directive_id", CONFIG_TEXT, FIELD(directive_id), "virtual-agent", .help = "Its directive."},
    {"report_id", CONFIG_TEXT, FIELD(report_id), "0", .help = "Its report."},
    {"component", CONFIG_TEXT, FIELD(component), "Virtual agent", .help = "Its component."},
    {"key", CONFIG_TEXT, FIELD(key), "None", .help = "Its value."},
};

static const struct config_table virtual_node_table = {keys, sizeof keys / sizeof *keys, NULL};

void virtual_node_print_sample(FILE *out)
{
    config_table_print_sample(&virtual_node_table, out);
}

/* ---- one file ---- */

static bool knows_keys(const struct config_file *file, struct err *err)
{
    const config_setting_t *root = config_file_root(file);
    for (unsigned i = 0; i < (unsigned)config_setting_length(root); i++) {
        const config_setting_t *setting = config_setting_get_elem(root, i);
        bool known = false;
        for (size_t k = 0; k < virtual_node_table.count && !known; k++) {
            known = strcmp(keys[k].path, config_setting_name(setting)) == 0;
        }
        if (!known) {
            return config_file_fault(file, config_setting_name(setting), err, "there is no such key");
        }
    }
    return true;
}

static bool check_command(char *const *command, const struct config_file *file, struct err *err)
{
    size_t count = 0, bytes = 0;
    for (; command[count] != NULL; count++) {
        bytes += strlen(command[count]) + 1;
        if (command[count][0] == '\0') {
            return config_file_fault(file, "command", err, "an argument is empty");
        }
    }
    if (count == 0) {
        return config_file_fault(file, "command", err, "is needed");
    }
    if (count > VIRTUAL_NODE_ARGUMENTS_MAX || bytes > VIRTUAL_NODE_COMMAND_MAX) {
        return config_file_fault(file, "command", err, "more than %d arguments or %d bytes", VIRTUAL_NODE_ARGUMENTS_MAX,
                                 VIRTUAL_NODE_COMMAND_MAX);
    }
    return command[0][0] == '/' ||
           config_file_fault(file, "command", err, "\"%s\" is not an absolute path", command[0]);
}

/* A text that becomes part of a report, where `@@` and `##` part the fields. */
static bool is_report_field(const char *text)
{
    struct slice field = slice_from_str(text);
    return field.len > 0 && field.len <= FIELD_MAX && strpbrk(text, "@#") == NULL && !slice_has_control(field);
}

static bool check_fields(const struct virtual_node_settings *settings, const struct config_file *file, struct err *err)
{
    const struct {
        const char *key;
        const char *text;
    } fields[] = {
        {"config_id", settings->config_id}, {"policy", settings->policy},
        {"rule_id", settings->rule_id},     {"directive_id", settings->directive_id},
        {"report_id", settings->report_id}, {"component", settings->component},
        {"key", settings->key},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (!is_report_field(fields[i].text)) {
            return config_file_fault(file, fields[i].key, err,
                                     "\"%s\" cannot be part of a report: 1 to %d bytes, no @ and no #", fields[i].text,
                                     FIELD_MAX);
        }
    }
    return true;
}

static bool check_settings(const struct virtual_node_settings *settings, const struct config_file *file,
                           struct err *err)
{
    const char *id = settings->node_id;
    if (id[0] == '\0') {
        return config_file_fault(file, "node_id", err, "is needed");
    }
    if (!node_id_valid(id, strlen(id)) || strcmp(id, "root") == 0) {
        return config_file_fault(file, "node_id", err, "\"%s\" is not the id of a node", id);
    }
    return check_command(settings->command, file, err) && check_fields(settings, file, err);
}

struct virtual_node *virtual_node_parse(const char *name, struct slice text, struct err *err)
{
    struct config_file *file = config_file_parse(name, text, err);
    struct virtual_node *node = xcalloc(1, sizeof *node);
    node->references = 1;
    node->file = xstrdup(basename(name));
    if (file == NULL || !knows_keys(file, err) || !config_table_load(&virtual_node_table, file, &node->settings, err) ||
        !check_settings(&node->settings, file, err)) {
        virtual_node_drop(node);
        node = NULL;
    }
    config_file_close(file);
    return node;
}

struct virtual_node *virtual_node_keep(struct virtual_node *node)
{
    node->references++;
    return node;
}

void virtual_node_drop(struct virtual_node *node)
{
    if (node != NULL && --node->references == 0) {
        config_table_free(&virtual_node_table, &node->settings);
        free(node->file);
        free(node);
    }
}

static bool same_texts(char *const *a, char *const *b)
{
    for (; *a != NULL && *b != NULL; a++, b++) {
        if (strcmp(*a, *b) != 0) {
            return false;
        }
    }
    return *a == NULL && *b == NULL;
}

bool virtual_node_same(const struct virtual_node *a, const struct virtual_node *b)
{
    const struct virtual_node_settings *x = &a->settings, *y = &b->settings;
    return strcmp(a->file, b->file) == 0 && strcmp(x->node_id, y->node_id) == 0 && x->enabled == y->enabled &&
           same_texts(x->command, y->command) && x->period == y->period && x->timeout == y->timeout &&
           x->audit == y->audit && strcmp(x->config_id, y->config_id) == 0 && strcmp(x->policy, y->policy) == 0 &&
           strcmp(x->rule_id, y->rule_id) == 0 && strcmp(x->directive_id, y->directive_id) == 0 &&
           strcmp(x->report_id, y->report_id) == 0 && strcmp(x->component, y->component) == 0 &&
           strcmp(x->key, y->key) == 0;
}

/* ---- the directory ---- */

static int compare_nodes(const void *a, const void *b)
{
    return strcmp((*(struct virtual_node *const *)a)->settings.node_id,
                  (*(struct virtual_node *const *)b)->settings.node_id);
}

/* Adds a fault and returns where its reason goes. */
static struct err *add_fault(struct virtual_nodes *nodes, const char *file)
{
    nodes->faults = xreallocarray(nodes->faults, nodes->fault_count + 1, sizeof *nodes->faults);
    struct virtual_node_fault *fault = &nodes->faults[nodes->fault_count++];
    *fault = (struct virtual_node_fault){.file = xstrdup(file)};
    return &fault->err;
}

static void add_node_file(struct virtual_nodes *nodes, const char *directory, const char *name)
{
    struct buffer text = {0};
    struct err err = {0};
    char *path = xasprintf("%s/%s", directory, name);
    struct virtual_node *node = NULL;
    if (safe_file_read_followed(path, CONFIG_FILE_LIMIT, &text, &err)) {
        node = virtual_node_parse(path, buffer_slice(&text), &err);
    }
    struct virtual_node *twin = node != NULL ? virtual_nodes_find(nodes, node->settings.node_id) : NULL;
    if (twin != NULL) {
        err_set(&err, "%s: node_id: %s is the node of %s already", path, node->settings.node_id, twin->file);
        virtual_node_drop(node);
        node = NULL;
    }
    if (node == NULL) {
        *add_fault(nodes, name) = err;
    } else {
        nodes->at = xreallocarray(nodes->at, nodes->count + 1, sizeof *nodes->at);
        nodes->at[nodes->count++] = node;
    }
    buffer_free(&text);
    free(path);
}

static bool is_node_file(const char *name)
{
    return name[0] != '.' && slice_ends_with(slice_from_str(name), ".conf");
}

bool virtual_nodes_read(struct virtual_nodes *nodes, const char *directory, struct err *err)
{
    char **names = NULL;
    size_t count = 0;
    *nodes = (struct virtual_nodes){0};
    DIR *stream = opendir(directory);
    if (stream == NULL) {
        return err_set_errno(err, errno, "%s", directory);
    }
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (is_node_file(entry->d_name)) {
            names = xreallocarray(names, count + 1, sizeof *names);
            names[count++] = xstrdup(entry->d_name);
        }
    }
    closedir(stream);
    if (count > 0) {
        qsort(names, count, sizeof *names, compare_texts);
    }
    for (size_t i = 0; i < count; i++) {
        add_node_file(nodes, directory, names[i]);
        free(names[i]);
    }
    free(names);
    if (nodes->count > 0) {
        qsort(nodes->at, nodes->count, sizeof *nodes->at, compare_nodes);
    }
    return true;
}

void virtual_nodes_free(struct virtual_nodes *nodes)
{
    for (size_t i = 0; i < nodes->count; i++) {
        virtual_node_drop(nodes->at[i]);
    }
    for (size_t i = 0; i < nodes->fault_count; i++) {
        free(nodes->faults[i].file);
    }
    free(nodes->at);
    free(nodes->faults);
    *nodes = (struct virtual_nodes){0};
}

struct virtual_node *virtual_nodes_find(const struct virtual_nodes *nodes, const char *node_id)
{
    for (size_t i = 0; i < nodes->count; i++) {
        if (strcmp(nodes->at[i]->settings.node_id, node_id) == 0) {
            return nodes->at[i];
        }
    }
    return NULL;
}
