/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_digest.h"

#include <openssl/objects.h>

enum { SMALLEST_DIGEST = 32 }; /* bytes of SHA-256 */

static const char *const names[SMIME_DIGEST_COUNT] = {"SHA256",   "SHA384",   "SHA512", "SHA3-256",
                                                      "SHA3-384", "SHA3-512", "SHA1"};

bool smime_digest_open(struct smime_digest *digest, bool accept_sha1, struct err *err)
{
    *digest = (struct smime_digest){0};
    for (int i = 0; i < SMIME_DIGEST_COUNT - !accept_sha1; i++) { /* SHA-1 is the last one */
        digest->md[i] = EVP_MD_fetch(NULL, names[i], NULL);
    }
    return digest->md[0] != NULL ||
           err_set(err, "OpenSSL does not offer SHA-256: its installation or configuration is broken");
}

void smime_digest_close(struct smime_digest *digest)
{
    for (int i = 0; i < SMIME_DIGEST_COUNT; i++) {
        EVP_MD_free(digest->md[i]);
    }
    *digest = (struct smime_digest){0};
}

const EVP_MD *smime_digest_find(const struct smime_digest *digest, const X509_ALGOR *algorithm, struct err *err)
{
    const ASN1_OBJECT *object = NULL;
    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    int nid = OBJ_obj2nid(object);
    for (int i = 0; i < SMIME_DIGEST_COUNT; i++) {
        if (digest->md[i] != NULL && EVP_MD_type(digest->md[i]) == nid) {
            return digest->md[i];
        }
    }
    char name[80] = "";
    OBJ_obj2txt(name, sizeof name, object, 0);
    const EVP_MD *other = EVP_get_digestbynid(nid);
    if (other != NULL && EVP_MD_size(other) < SMALLEST_DIGEST) {
        err_set(err, "digest algorithm %s is weaker than SHA-256%s", name,
                nid == NID_sha1 ? " (processing.reporting.accept_sha1 decides about it)" : "");
    } else {
        err_set(err, "digest algorithm %s is not accepted: SHA-256, SHA-384, SHA-512 and their SHA-3 kin are", name);
    }
    return NULL;
}
