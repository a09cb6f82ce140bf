/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/peer.h"

#define LOG_COMPONENT "peer"
#include "util/http_url.h"
#include "util/log.h"

static enum http_trust trust_of(const struct relay_config *config)
{
    switch (config->general.peer_authentication) {
    case RELAY_PEER_CERT_VALIDATION:
        return HTTP_TRUST_CHAIN;
    case RELAY_PEER_DANGEROUS_NONE:
        return HTTP_TRUST_NOBODY;
    case RELAY_PEER_CERT_PINNING:
        break;
    }
    return HTTP_TRUST_PINS;
}

struct http_client *peer_client(const struct relay_config *config, struct err *err)
{
    const struct http_client_settings settings = {
        .trust = trust_of(config),
        .ca_file = config->general.ca_path,
        .proxy = config->upstream.proxy,
        .idle_timeout_ms = config->general.https_idle_timeout * 1000,
        .limits = {.connect_ms = config->upstream.connect_timeout * 1000,
                   .stall_ms = config->upstream.stall_timeout * 1000,
                   .total_ms = config->upstream.total_timeout * 1000},
    };
    if (settings.trust == HTTP_TRUST_NOBODY) {
        log_warn("general.peer_authentication is dangerous_none: other servers are not asked who they are, and whoever "
                 "answers in their place gets passwords and files");
    }
    return http_client_new(&settings, err);
}

bool peer_upstream_url(const struct relay_config *config, struct buffer *url, struct err *err)
{
    return http_url_server(url, slice_from_str(config->upstream.host), config->general.https_port, err) ||
           err_prefix(err, "output.upstream.host");
}

bool peer_node_url(const struct relay_config *config, struct node_index *index, const char *node_id, struct buffer *url,
                   struct err *err)
{
    struct node_index_entry entry;
    if (!node_index_find(index, node_id, &entry)) {
        return err_set(err, "%s is not in the node list", node_id);
    }
    return http_url_server(url, entry.hostname, config->general.https_port, err) ||
           err_prefix(err, "host name of %s in the node list", node_id);
}
