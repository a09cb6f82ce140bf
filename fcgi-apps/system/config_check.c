/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/config_check.h"

#include <string.h>

#include "relay/node_index.h"
#include "relay/node_list.h"

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

static bool nodes_load(const struct relay_config *config, bool indexed, struct err *err)
{
    struct node_list list;
    if (node_index_current(config->general.nodes_list_file, config->general.nodes_certs_file,
                           config->general.node_index_file)) {
        return true;
    }
    bool loads = node_list_read(config->general.nodes_list_file, &list, err);
    node_list_free(&list);
    if (loads && !indexed) {
        return err_set(err, "there is no node index %s that can be used: every node is unknown until it is reloaded",
                       config->general.node_index_file);
    }
    return loads;
}

bool config_check_now(struct config_check *check, const struct relay_config *config, bool indexed, struct err *err)
{
    return file_loads(check, config->path, err) && nodes_load(config, indexed, err);
}
