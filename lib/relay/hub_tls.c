/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/hub_tls.h"

#include <openssl/err.h>

#include "util/x509_key.h"

enum { CHAIN_MAX = 5 };

static bool tls_fault(struct err *err, const char *key, const char *path)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;
    err_set(err, "%s: %s: %s", key, path, reason != NULL ? reason : "OpenSSL cannot use it");
    ERR_clear_error();
    return false;
}

/* For pinned certificates: whose it is comes later. */
static int take_any(int verified, X509_STORE_CTX *store)
{
    (void)verified;
    (void)store;
    return 1;
}

static bool load_authorities(SSL_CTX *tls, const struct relay_config *config, struct err *err)
{
    const char *authorities = config->hub.client_ca_file;
    const char *crl = config->general.crl_file;
    X509_STORE *store = SSL_CTX_get_cert_store(tls);
    if (SSL_CTX_load_verify_locations(tls, authorities, NULL) != 1) {
        return tls_fault(err, "hub.client_ca_file", authorities);
    }
    SSL_CTX_set_client_CA_list(tls, SSL_load_client_CA_file(authorities));
    if (crl[0] != '\0') {
        X509_LOOKUP *lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
        if (lookup == NULL || X509_load_crl_file(lookup, crl, X509_FILETYPE_PEM) <= 0) {
            return tls_fault(err, "general.crl_file", crl);
        }
        X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
    }
    return true;
}

static bool load_own(SSL_CTX *tls, const struct relay_config *config, struct err *err)
{
    const char *certificate = config->general.httpd_certificate_file;
    const char *key = config->hub.key_file;
    if (SSL_CTX_use_certificate_chain_file(tls, certificate) != 1) {
        return tls_fault(err, "general.httpd_certificate_file", certificate);
    }
    if (SSL_CTX_use_PrivateKey_file(tls, key, SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(tls) != 1) {
        return tls_fault(err, "hub.key_file", key);
    }
    return true;
}

SSL_CTX *hub_tls_new(const struct relay_config *config, struct err *err)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    if (tls == NULL) {
        tls_fault(err, "TLS", "OpenSSL");
        return NULL;
    }
    const bool by_ca = config->general.client_certificates == RELAY_CLIENTS_CA;
    SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
    SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_options(tls, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_num_tickets(tls, 0);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify_depth(tls, CHAIN_MAX);
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, by_ca ? NULL : take_any);
    SSL_CTX_set_default_passwd_cb(tls, x509_key_no_password);
    if (!load_own(tls, config, err) || (by_ca && !load_authorities(tls, config, err))) {
        SSL_CTX_free(tls);
        return NULL;
    }
    return tls;
}
