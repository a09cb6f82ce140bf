/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * signing: keys, self-signed certificates and signed messages for tests and benchmarks. If OpenSSL refuses
 * something here, the program ends: a test cannot go on without it.
 */
#pragma once

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "relay/cert_record.h"
#include "util/buffer.h"
#include "util/slice.h"

struct identity {
    EVP_PKEY *key;
    X509 *certificate;
    struct buffer packed;      /* what the index keeps of the certificate */
    struct cert_record record; /* points in there */
};

EVP_PKEY *signing_rsa_key(int bits);
EVP_PKEY *signing_ec_key(void); /* P-256 */
EVP_PKEY *signing_ec_key_on(const char *curve);
EVP_PKEY *signing_dsa_key(void);

/* Takes the key. The subject and issuer is UID=<uid>. It expired yesterday: a node's certificate is a pinned
 * identity. */
struct identity signing_identity(EVP_PKEY *key, const char *uid, long serial);
void signing_identity_free(struct identity *identity);

/* A detached signature of content by signer, flags as of CMS_add1_signer. */
CMS_ContentInfo *signing_sign(const struct identity *signer, const EVP_MD *md, unsigned int flags,
                              struct slice content);

/* The same in steps: an empty signature, signers, the end. */
CMS_ContentInfo *signing_start(void);
CMS_SignerInfo *signing_add(CMS_ContentInfo *cms, const struct identity *signer, const EVP_MD *md, unsigned int flags);
void signing_finish(CMS_ContentInfo *cms, struct slice content);

/* Writes the message that agents make of content: openssl smime -sign -text -nocerts -md sha256. */
void signing_smime(BIO *message, BIO *content, X509 *certificate, EVP_PKEY *key);

/* Writes the message that holds content (as it is) and the signature, lines of the frame ending in eol. */
void signing_write(struct buffer *message, struct slice content, CMS_ContentInfo *cms, const char *eol);

/* The same with a signature in DER, which the test may have cut. */
void signing_write_der(struct buffer *message, struct slice content, struct slice der, const char *eol);

/* Writes a message with content encrypted to the recipients (EnvelopedData, AuthEnvelopedData with GCM), flags as of
 * CMS_encrypt. */
void signing_encrypt(struct buffer *message, STACK_OF(X509) * recipients, const EVP_CIPHER *cipher, unsigned int flags,
                     struct slice content);

/* The same of an envelope that is there, lines ending in eol. */
void signing_write_envelope(struct buffer *message, struct slice der, const char *eol);
