/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check_syslog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relay/node_index.h"
#include "relay/syslog_rules.h"
#include "user_access.h"
#include "util/xmalloc.h"

/* The directory must be there, and the user must be able to write to it. */
static bool check_syslog_directory(const struct command *command, const struct relay_config *config,
                                   const struct user_access *user, const char *key, char *path)
{
    struct stat status;
    struct err err = {""};
    bool good = true;
    if (stat(path, &status) != 0) {
        good = errno == EACCES || err_set_errno(&err, errno, "%s: %s", key, path);
    } else if (!S_ISDIR(status.st_mode)) {
        good = err_set(&err, "%s: %s is no directory", key, path);
    } else if (user != NULL && !user_access_may(user, path, R_OK | W_OK | X_OK)) {
        good = err_set(&err, "%s: %s: the user %s may not write there", key, path, user->name);
    }
    if (!good) {
        err_prefix(&err, "%s: rudder-relay-syslog cannot start", config->path);
        command_failed(command, &err);
    }
    free(path);
    return good;
}

/* The forwarder refuses what speaks for a node that is not in the node list. */
static void note_unknown_nodes(const struct relay_config *config)
{
    struct node_index *index = node_index_open(config->general.node_index_file, NULL);
    for (char **id = config->syslog.nodes; index != NULL && *id != NULL; id++) {
        if (!node_index_find(index, *id, NULL)) {
            fprintf(stderr, "note: syslog.nodes: %s is not in the node list: a run of it is not stored.\n", *id);
        }
    }
    node_index_close(index);
}

static void note_readmitted(const struct relay_config *config)
{
    struct syslog_rules *rules = syslog_rules_new(&config->syslog);
    for (char **id = config->syslog.readmitted_nodes; *id != NULL; id++) {
        if (!syslog_rules_has_node(rules, *id)) {
            fprintf(stderr, "note: syslog.readmitted_nodes: %s is not in syslog.nodes, and so may not report by it.\n",
                    *id);
        }
    }
    syslog_rules_free(rules);
}

bool check_syslog_is_well(const struct command *command, const struct relay_config *config)
{
    const struct relay_config_syslog *syslog = &config->syslog;
    struct user_access user;
    if (!syslog->enabled) {
        return true;
    }
    const struct user_access *known = user_access_get(&user, syslog->user) ? &user : NULL;
    if (known == NULL) {
        fprintf(stderr, "note: syslog.user: this machine has no user %s.\n", syslog->user);
    }
    bool good = check_syslog_directory(command, config, known, "syslog.state_directory",
                                       xstrdup(syslog->state_directory));
    good = check_syslog_directory(command, config, known, "syslog.directory",
                                  xasprintf("%s/incoming", syslog->directory)) &&
           good;
    note_readmitted(config);
    note_unknown_nodes(config);
    return good;
}
