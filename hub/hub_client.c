/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "hub_private.h"
#include "relay/cert_client.h"
#include "util/buffer.h"
#include "util/log.h"
#include "util/x509_key.h"

#define LOG_COMPONENT "hub_client"

/* httpd hands the certificate on as one line: the line ends of the PEM are spaces. Of what stands between the two
 * marks each space becomes a line end again. */
static X509 *certificate_of_header(const struct http_head *head)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----", end[] = "-----END CERTIFICATE-----";
    struct slice value = head->certificate;
    struct buffer pem = {0};
    if (head->certificates != 1 || !slice_starts_with(value, begin) || !slice_ends_with(value, end) ||
        value.len < sizeof begin + sizeof end) {
        return NULL;
    }
    buffer_add(&pem, value.at, value.len);
    for (size_t i = sizeof begin - 1; i < pem.len - (sizeof end - 1); i++) {
        pem.at[i] = pem.at[i] == ' ' ? '\n' : pem.at[i];
    }
    X509 *certificate = x509_key_read(buffer_slice(&pem));
    buffer_free(&pem);
    return certificate;
}

static bool refuse_client(struct http_conn *conn, const struct hub_path *path, int status, const char *reason)
{
    log_info("refused", log_text("node", path->node), log_number("status", status), log_text("reason", reason));
    http_conn_refuse(conn, status, "", reason);
    return false;
}

bool hub_client_is_node(struct hub *hub, struct http_conn *conn, const struct http_head *head,
                        const struct hub_path *path)
{
    char id[NODE_ID_SIZE] = "";
    struct err err = {0};
    if (hub->index == NULL) {
        http_conn_refuse(conn, 503, "Retry-After: 10\r\n", "there is no node index yet");
        return false;
    }
    X509 *certificate =
        http_conn_from(conn) == HTTP_CONN_PROXY ? certificate_of_header(head) : http_conn_certificate(conn);
    bool known = certificate != NULL ? cert_client_node(hub->config, hub->index, certificate, id, &err)
                                     : err_set(&err, "the client shows no certificate");
    X509_free(certificate);
    if (strcmp(id, path->node) != 0) {
        return refuse_client(conn, path, 403,
                             err.text[0] != '\0' ? err.text : "the client certificate is another node's");
    }
    if (!known) {
        return refuse_client(conn, path, node_index_find(hub->index, id, NULL) ? 403 : 404, err.text);
    }
    struct wait_node *node = wait_table_get(hub->table, slice_from_str(path->key));
    http_conn_known(conn, &node->conns);
    return node->conns <= HUB_NODE_CONNS_MAX || refuse_client(conn, path, 503, "the node has too many connections");
}
