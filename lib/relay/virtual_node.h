/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * virtual_node: the nodes without an agent that a relay runs a command for, each a small file of virtual.directory:
 * NAME.conf, in libconfig's format. The table in virtual_node.c is the only place that knows a key.
 *
 * Unlike relay.conf a file is refused for a key that is not known: it was written for this program alone, and a key
 * that does nothing would be a schedule that is not kept. A file that is refused costs no other one its place.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "util/err.h"
#include "util/slice.h"

enum {
    VIRTUAL_NODE_TIMEOUT_MAX = 24 * 3600, /* seconds */
    VIRTUAL_NODE_ARGUMENTS_MAX = 256,     /* of a command, with its name */
    VIRTUAL_NODE_COMMAND_MAX = 65536,     /* bytes of all of them, each with a NUL */
};

/* The fields of a file. Owned; never NULL. Durations are in seconds. */
struct virtual_node_settings {
    char *node_id;
    bool enabled;
    char **command; /* at least one, the first an absolute path */
    int64_t period;
    int64_t timeout;
    bool audit; /* whether its own reports are of the kinds of audit mode */
    char *config_id;
    char *policy;
    char *rule_id;
    char *directive_id;
    char *report_id;
    char *component;
    char *key;
};

/* Counted references: a run that goes on keeps the settings that it began with. */
struct virtual_node {
    struct virtual_node_settings settings;
    char *file; /* its name in the directory */
    int references;
};

/* name: what messages call it, a path. NULL with "<name>:<line>: <why>". The caller has the only reference. */
struct virtual_node *virtual_node_parse(const char *name, struct slice text, struct err *err);

struct virtual_node *virtual_node_keep(struct virtual_node *node);
void virtual_node_drop(struct virtual_node *node); /* takes NULL */

/* The same in all fields? */
bool virtual_node_same(const struct virtual_node *a, const struct virtual_node *b);

struct virtual_nodes {
    struct virtual_node **at; /* by node id, ascending */
    size_t count;
    struct virtual_node_fault {
        char *file; /* its name in the directory */
        struct err err;
    } * faults; /* in the order of the files' names */
    size_t fault_count;
};

/* Reads NAME.conf of the directory, but for hidden ones; of two files for one node the second by name is refused. False
 * with err when the directory itself cannot be read; then there is nothing to free. */
bool virtual_nodes_read(struct virtual_nodes *nodes, const char *directory, struct err *err);
void virtual_nodes_free(struct virtual_nodes *nodes);

/* NULL: there is none. */
struct virtual_node *virtual_nodes_find(const struct virtual_nodes *nodes, const char *node_id);

/* Prints a sample file that sets nothing. */
void virtual_node_print_sample(FILE *out);
