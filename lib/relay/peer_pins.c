/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "relay/peer.h"
#include "util/http_pins.h"

static bool pinning(const struct relay_config *config)
{
    return config->general.peer_authentication == RELAY_PEER_CERT_PINNING;
}

/* A pin is as http_pins.h has them, behind the id of its node. */
static void add_additional(const struct relay_config *config, const char *node_id, struct buffer *pins)
{
    size_t len = strlen(node_id);
    for (char **pin = config->general.additional_pins; pin != NULL && *pin != NULL; pin++) {
        if (strncmp(*pin, node_id, len) == 0 && (*pin)[len] == '=') {
            buffer_add_format(pins, "%s%s", pins->len > 0 ? ";" : "", *pin + len + 1);
        }
    }
}

bool peer_upstream_pins(const struct relay_config *config, struct buffer *pins, struct err *err)
{
    if (pinning(config) && !http_pins_add_file(pins, config->upstream.server_certificate_file, err)) {
        return err_prefix(err, "output.upstream.server_certificate_file");
    }
    if (pinning(config) && config->upstream.node_id != NULL) {
        add_additional(config, config->upstream.node_id, pins);
    }
    return true;
}

bool peer_node_pins(const struct relay_config *config, struct node_index *index, const char *node_id,
                    struct buffer *pins, struct err *err)
{
    struct cert_record certificates[NODE_INDEX_MAX_CERTS];
    size_t count = pinning(config) ? node_index_certificates(index, node_id, certificates, NODE_INDEX_MAX_CERTS) : 0;
    for (size_t i = 0; i < count; i++) {
        http_pins_add(pins, certificates[i].key_digest.at);
    }
    if (count > 0) {
        add_additional(config, node_id, pins);
    }
    return !pinning(config) || count > 0 || err_set(err, "there is no certificate of %s", node_id);
}
