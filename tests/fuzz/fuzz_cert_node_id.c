/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input is a DER certificate. OpenSSL's check of a host name is the second reader of the DNS names.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "relay/cert_node_id.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DOMAIN "nodes.example"

static bool openssl_finds(X509 *certificate, const char *node_id)
{
    char name[NODE_ID_SIZE + sizeof "." DOMAIN];
    int len = snprintf(name, sizeof name, "%s." DOMAIN, node_id);
    unsigned int flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_WILDCARDS;
    return X509_check_host(certificate, name, (size_t)len, flags, NULL) == 1;
}

static bool find(X509 *certificate, const char *domain, char node_id[NODE_ID_SIZE])
{
    struct err err = {""};
    bool found = cert_node_id(certificate, domain, node_id, &err);
    fuzz_require(found || err.text[0] != '\0');
    fuzz_require(node_id[0] == '\0' ? !found : node_id_valid(node_id, strlen(node_id)));
    return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char node_id[NODE_ID_SIZE];
    X509 *certificate = d2i_X509(NULL, &data, (long)size);
    if (certificate != NULL) {
        find(certificate, "", node_id);
        fuzz_require(!find(certificate, DOMAIN, node_id) || openssl_finds(certificate, node_id));
    }
    X509_free(certificate);
    ERR_clear_error();
    return 0;
}
