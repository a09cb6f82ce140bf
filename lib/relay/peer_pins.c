/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/peer.h"
#include "util/http_pins.h"

static bool pinning(const struct relay_config *config)
{
    return config->general.peer_authentication == RELAY_PEER_CERT_PINNING;
}

bool peer_upstream_pins(const struct relay_config *config, struct buffer *pins, struct err *err)
{
    return !pinning(config) || http_pins_add_file(pins, config->upstream.server_certificate_file, err) ||
           err_prefix(err, "output.upstream.server_certificate_file");
}

bool peer_node_pins(const struct relay_config *config, struct node_index *index, const char *node_id,
                    struct buffer *pins, struct err *err)
{
    struct cert_record certificates[NODE_INDEX_MAX_CERTS];
    size_t count = pinning(config) ? node_index_certificates(index, node_id, certificates, NODE_INDEX_MAX_CERTS) : 0;
    for (size_t i = 0; i < count; i++) {
        http_pins_add(pins, certificates[i].key_digest.at);
    }
    return !pinning(config) || count > 0 || err_set(err, "there is no certificate of %s", node_id);
}
