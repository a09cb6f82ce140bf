/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/reload.h"

#include "util/log.h"

#define LOG_COMPONENT "reload"

/* Only the logging settings are taken from the configuration. Still a file with which no program would start is
 * refused. */
static bool configuration_is_right(const char *path, struct err *err)
{
    struct relay_config *config = relay_config_load(path, err);
    bool right = config != NULL;
    relay_config_free(config);
    return right;
}

bool reload_all(const struct relay_config *config, struct relay_state *state, struct node_index_summary *summary,
                struct err *err)
{
    if (!configuration_is_right(config->path, err) ||
        !node_index_build(config->general.nodes_list_file, config->general.nodes_certs_file,
                          config->general.node_index_file, summary, err)) {
        return false;
    }
    relay_state_raise_generation(state);
    if (!relay_state_shared(state)) {
        log_warn("the other programs take up the nodes, but cannot be told of new logging settings: nothing is shared",
                 log_text("state_file", config->general.state_file));
    }
    return true;
}
