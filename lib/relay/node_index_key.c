/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/node_certs.h"
#include "relay/node_index.h"
#include "relay/node_index_format.h"
#include "util/digest.h"
#include "util/x509_key.h"

struct known_certificates {
    struct cert_record records[NODE_INDEX_MAX_CERTS];
    size_t count;
};

/* The digest of the first certificate in the text that can be read; the walk ends there. */
static bool digest_block(void *context, const struct node_certs_block *block, struct err *err)
{
    if (block->fault == NULL) {
        digest_sha256(context, block->der.at, block->der.len);
    }
    return err_set(err, "the rest does not matter");
}

/* Is the certificate itself one of the node's? Then its key is, and nobody has to parse it. */
static bool is_certificate_in(const struct known_certificates *known, struct slice certificate)
{
    unsigned char digest[NODE_INDEX_DIGEST] = {0};
    node_certs_walk(certificate, digest_block, digest, NULL);
    for (size_t i = 0; i < known->count; i++) {
        if (slice_eq(known->records[i].der_digest, (struct slice){(const char *)digest, sizeof digest})) {
            return true;
        }
    }
    return false;
}

static bool is_key_in(const struct known_certificates *known, X509 *certificate)
{
    unsigned char digest[X509_KEY_DIGEST_SIZE];
    const struct slice shown = {(const char *)digest, sizeof digest};
    bool found = false;
    if (known->count > 0 && x509_key_digest(certificate, digest)) {
        for (size_t i = 0; i < known->count && !found; i++) {
            found = slice_eq(known->records[i].key_digest, shown);
        }
    }
    return found;
}

bool node_index_has_key_of(struct node_index *index, const char *node_id, X509 *certificate)
{
    struct known_certificates known;
    known.count = node_index_certificates(index, node_id, known.records, NODE_INDEX_MAX_CERTS);
    return is_key_in(&known, certificate);
}

bool node_index_has_key(struct node_index *index, const char *node_id, struct slice certificate)
{
    struct known_certificates known;
    known.count = node_index_certificates(index, node_id, known.records, NODE_INDEX_MAX_CERTS);
    if (known.count == 0 || is_certificate_in(&known, certificate)) {
        return known.count > 0;
    }
    X509 *client = x509_key_read(certificate);
    bool found = client != NULL && is_key_in(&known, client);
    X509_free(client);
    return found;
}
