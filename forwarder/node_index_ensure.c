/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "node_index_ensure.h"

#include "relay/node_index.h"
#include "util/log.h"

#define LOG_COMPONENT "node_index_ensure"

bool node_index_ensure_rebuilt(const struct relay_config *config, struct err *err)
{
    struct node_index_summary summary;
    if (!node_index_build(config->general.nodes_list_file, config->general.nodes_certs_file,
                          config->general.node_index_file, &summary, err)) {
        return false;
    }
    log_info("node index built", log_number("nodes", (int64_t)summary.nodes),
             log_number("certificates", (int64_t)summary.certificates),
             log_number("skipped_certificates", (int64_t)summary.skipped_certificates));
    return true;
}

bool node_index_ensure(const struct relay_config *config, struct err *err)
{
    if (node_index_current(config->general.nodes_list_file, config->general.nodes_certs_file,
                           config->general.node_index_file) ||
        node_index_ensure_rebuilt(config, err)) {
        return true;
    }
    struct node_index *old = node_index_open(config->general.node_index_file, NULL);
    if (old == NULL) {
        return false;
    }
    node_index_close(old);
    log_error("the node index cannot be built; the old one stays in use", log_text("reason", err->text));
    return true;
}
