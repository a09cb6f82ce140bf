/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check_server_key.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "relay/node_index.h"
#include "util/x509_key.h"

enum { LONG_KEY = 3072 };

/* Is this the key by which others know this server, as far as the node index tells? True where it does not. */
static bool is_pinned_key(const struct relay_config *config, X509 *certificate)
{
    struct cert_record known[NODE_INDEX_MAX_CERTS];
    unsigned char digest[X509_KEY_DIGEST_SIZE];
    struct node_index *index = node_index_open(config->general.node_index_file, NULL);
    if (index == NULL) {
        return true;
    }
    size_t count = node_index_certificates(index, config->general.node_id, known, NODE_INDEX_MAX_CERTS);
    bool is = count == 0 || !x509_key_digest(certificate, digest);
    for (size_t i = 0; i < count && !is; i++) {
        is = memcmp(known[i].key_digest.at, digest, sizeof digest) == 0;
    }
    node_index_close(index);
    return is;
}

static void tell_other_key(const struct relay_config *config, X509 *certificate)
{
    if (config->general.client_certificates == RELAY_CLIENTS_PINNED && !is_pinned_key(config, certificate)) {
        fprintf(stderr,
                "note: httpd shows another key (%s) than this server's certificate in the node list: stock relays above"
                " and below, which pin that, cannot connect; ours need general.additional_pins.\n",
                config->general.httpd_certificate_file);
    }
}

void check_server_key_tell(const struct relay_config *config)
{
    X509 *certificate = x509_key_read_file(config->general.httpd_certificate_file);
    const EVP_PKEY *key = certificate != NULL ? X509_get0_pubkey(certificate) : NULL;
    if (key != NULL && EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= LONG_KEY) {
        fprintf(stderr,
                "note: httpd's key (%s) is RSA of %d bits: a P-256 key costs a small part of it with each connection"
                " (of 4096 bits: a 175th).\n",
                config->general.httpd_certificate_file, EVP_PKEY_get_bits(key));
    }
    if (certificate != NULL) {
        tell_other_key(config, certificate);
    }
    X509_free(certificate);
}
