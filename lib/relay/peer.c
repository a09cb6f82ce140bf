/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/peer.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "util/http_url.h"
#include "util/log.h"
#include "util/x509_key.h"

#define LOG_COMPONENT "peer"

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

static EVP_PKEY *read_private_key(const char *path)
{
    BIO *file = BIO_new_file(path, "r");
    EVP_PKEY *key = file != NULL ? PEM_read_bio_PrivateKey(file, NULL, x509_key_no_password, NULL) : NULL;
    BIO_free(file);
    return key;
}

static X509 *read_first_certificate(const char *path)
{
    BIO *file = BIO_new_file(path, "r");
    X509 *certificate = file != NULL ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
    BIO_free(file);
    return certificate;
}

/* Do our certificate and key belong together? Otherwise only the first connection would show that they do not. */
static bool key_fits(const struct relay_config *config, struct err *err)
{
    const char *certificate_file = config->upstream.client_certificate_file;
    const char *key_file = config->upstream.client_key_file;
    if (certificate_file == NULL || certificate_file[0] == '\0') {
        return true;
    }
    X509 *certificate = read_first_certificate(certificate_file);
    EVP_PKEY *key = read_private_key(key_file);
    bool fits = certificate != NULL && key != NULL && X509_check_private_key(certificate, key) == 1;
    if (certificate == NULL) {
        err_set(err, "output.upstream.client_certificate_file: %s: no certificate can be read", certificate_file);
    } else if (key == NULL) {
        err_set(err, "output.upstream.client_key_file: %s: no key can be read without a password", key_file);
    } else if (!fits) {
        err_set(err, "output.upstream.client_key_file: %s: not the key of %s", key_file, certificate_file);
    }
    X509_free(certificate);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return fits;
}

struct http_client *peer_client(const struct relay_config *config, struct err *err)
{
    const struct http_client_settings settings = {
        .trust = trust_of(config),
        .ca_file = config->general.ca_path,
        .certificate_file = config->upstream.client_certificate_file,
        .key_file = config->upstream.client_key_file,
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
    return key_fits(config, err) ? http_client_new(&settings, err) : NULL;
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
