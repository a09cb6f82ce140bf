/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/cert_client.h"

#include <openssl/err.h>

#include "relay/cert_node_id.h"

bool cert_client_id(const struct relay_config *config, X509 *certificate, char node_id[NODE_ID_SIZE], struct err *err)
{
    bool read = cert_node_id(certificate, config->general.node_id_domain, node_id, err);
    ERR_clear_error();
    return read || err_prefix(err, "the client certificate names no node, or several");
}

bool cert_client_node(const struct relay_config *config, struct node_index *index, X509 *certificate,
                      char node_id[NODE_ID_SIZE], struct err *err)
{
    if (!cert_client_id(config, certificate, node_id, err)) {
        return false;
    }
    if (!node_index_find(index, node_id, NULL)) {
        return err_set(err, "the node of the client certificate is not known to this relay");
    }
    return config->general.client_certificates == RELAY_CLIENTS_CA ||
           node_index_has_key_of(index, node_id, certificate) ||
           err_set(err, "the key of the client certificate is none of that node's");
}
