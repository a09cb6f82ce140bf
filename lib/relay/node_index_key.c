/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/node_index.h"
#include "util/x509_key.h"

bool node_index_has_key(struct node_index *index, const char *node_id, struct slice certificate)
{
    struct cert_record known[NODE_INDEX_MAX_CERTS];
    unsigned char digest[X509_KEY_DIGEST_SIZE];
    const struct slice shown = {(const char *)digest, sizeof digest};
    size_t count = node_index_certificates(index, node_id, known, NODE_INDEX_MAX_CERTS);
    X509 *client = count > 0 ? x509_key_read(certificate) : NULL;
    bool found = false;
    if (client != NULL && x509_key_digest(client, digest)) {
        for (size_t i = 0; i < count && !found; i++) {
            found = slice_eq(known[i].key_digest, shown);
        }
    }
    X509_free(client);
    return found;
}
