/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/config_check.h"

#include <string.h>

#include "relay/node_index.h"

static bool file_loads(struct config_check *check, const char *path, struct err *err)
{
    struct node_index_source now;
    node_index_source_of(path, &now); /* before reading: a file that changes meanwhile is read again */
    if (now.inode != 0 && memcmp(&now, &check->good, sizeof now) == 0) {
        return true;
    }
    struct relay_config *config = relay_config_load(path, err);
    bool loads = config != NULL;
    relay_config_free(config);
    check->good = loads ? now : (struct node_index_source){0};
    return loads;
}

/* The sources as they are now, or what was found when they were last so. */
static bool sources_load(struct config_check *check, const struct relay_config *config, struct err *err)
{
    struct node_index_source now[2];
    node_index_source_of(config->general.nodes_list_file, &now[0]);
    node_index_source_of(config->general.nodes_certs_file, &now[1]);
    if (!check->looked || memcmp(now, check->sources, sizeof now) != 0) {
        check->sources_err = (struct err){0};
        (void)node_index_check(config->general.nodes_list_file, config->general.nodes_certs_file, &check->sources_err);
        memcpy(check->sources, now, sizeof now);
        check->looked = true;
    }
    *err = check->sources_err;
    return err->text[0] == '\0';
}

static bool nodes_load(struct config_check *check, const struct relay_config *config, bool indexed, struct err *err)
{
    if (node_index_current(config->general.nodes_list_file, config->general.nodes_certs_file,
                           config->general.node_index_file)) {
        return true;
    }
    bool loads = sources_load(check, config, err);
    if (loads && !indexed) {
        return err_set(err, "there is no node index %s that can be used: every node is unknown until it is reloaded",
                       config->general.node_index_file);
    }
    return loads;
}

bool config_check_now(struct config_check *check, const struct relay_config *config, bool indexed, struct err *err)
{
    return file_loads(check, config->path, err) && nodes_load(check, config, indexed, err);
}
