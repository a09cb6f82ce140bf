/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * made_client: a client that shows a certificate, for the tests of handlers.
 */
#pragma once

#include "support/certificate.h"
#include "support/made_request.h"

struct made_client {
    struct buffer pem;
    struct buffer certificate; /* the variables as httpd sets them */
    char uid[80];
};

/* Makes a client with a new key and certificate. */
static inline struct made_client made_client_new(const char *uid)
{
    struct made_client client = {0};
    certificate_add(&client.pem, uid);
    buffer_add_format(&client.certificate, "SSL_CLIENT_CERT=%s", buffer_cstr(&client.pem));
    (void)buffer_cstr(&client.certificate);
    snprintf(client.uid, sizeof client.uid, "SSL_CLIENT_S_DN_UID=%s", uid);
    return client;
}

static inline void made_client_free(struct made_client *client)
{
    buffer_free(&client->pem);
    buffer_free(&client->certificate);
}

/* Several clients, and the PEM file of their certificates. */
struct made_clients {
    struct made_client known[4];
    size_t count;
    struct buffer pem;
    char uid[80];
};

/* ids: at most 4, NULL-terminated. */
static inline struct made_clients made_clients_new(const char *const *ids)
{
    struct made_clients clients = {0};
    for (; *ids != NULL; ids++) {
        struct made_client *client = &clients.known[clients.count++];
        *client = made_client_new(*ids);
        buffer_add(&clients.pem, client->pem.at, client->pem.len);
    }
    (void)buffer_cstr(&clients.pem);
    return clients;
}

static inline void made_clients_free(struct made_clients *clients)
{
    for (size_t i = 0; i < clients->count; i++) {
        made_client_free(&clients->known[i]);
    }
    buffer_free(&clients->pem);
}

/* Lets the client with this id ask. If there is none, the first one asks, with a certificate that has that id. */
static inline void made_clients_asks(struct made_clients *clients, struct made_request *made, const char *id,
                                     bool verified)
{
    struct made_client asking = clients->known[0];
    snprintf(clients->uid, sizeof clients->uid, "SSL_CLIENT_S_DN_UID=%s", id);
    for (size_t i = 1; i < clients->count; i++) {
        if (strcmp(clients->known[i].uid, clients->uid) == 0) {
            asking = clients->known[i];
        }
    }
    made_request_env(made, verified ? "SSL_CLIENT_VERIFY=SUCCESS" : "SSL_CLIENT_VERIFY=FAILED:unable to verify");
    made_request_env(made, clients->uid);
    made_request_env(made, asking.certificate.at);
}
