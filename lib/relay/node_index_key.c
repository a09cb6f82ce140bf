/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "relay/node_index.h"
#include "util/x509_key.h"

static bool digest_of(struct slice certificate, unsigned char digest[X509_KEY_DIGEST_SIZE])
{
    X509 *read = x509_key_read(certificate);
    bool done = read != NULL && x509_key_digest(read, digest);
    X509_free(read);
    return done;
}

bool node_index_has_key(struct node_index *index, const char *node_id, struct slice certificate)
{
    struct slice known[NODE_INDEX_MAX_CERTS];
    unsigned char shown[X509_KEY_DIGEST_SIZE], digest[X509_KEY_DIGEST_SIZE];
    size_t count = node_index_certificates(index, node_id, known, NODE_INDEX_MAX_CERTS);
    bool found = false;
    if (count > 0 && digest_of(certificate, shown)) {
        for (size_t i = 0; i < count && !found; i++) {
            found = digest_of(known[i], digest) && memcmp(digest, shown, sizeof digest) == 0;
        }
    }
    return found;
}
