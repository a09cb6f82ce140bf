/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * decryption_keys: the private keys that encrypted messages are opened with (processing.reporting.decryption_key_file).
 *
 * Each file is PEM (RFC 7468) and has one private key, without a password, and the certificate that senders encrypt to.
 * The certificate tells whether a message is for this key; nothing else of it counts, neither dates nor chain.
 *
 * decryption_keys_refresh notices files that have changed, come or gone, so that keys are changed without a restart.
 */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>

#include "util/err.h"

enum { DECRYPTION_KEY_FILE_LIMIT = 65536 }; /* bytes */

/* key is NULL where the file cannot be used. */
struct decryption_key {
    EVP_PKEY *key;
    X509 *certificate;
};

/* Belongs to one thread. */
struct decryption_keys;

/* files ends with NULL and must outlive the keys. Nothing is read yet; never NULL. decryption_keys_free takes NULL. */
struct decryption_keys *decryption_keys_new(char *const *files);
void decryption_keys_free(struct decryption_keys *keys);

/* What messages call them: "processing.reporting.decryption_key_file" unless it is said here. name must stay. */
void decryption_keys_call(struct decryption_keys *keys, const char *name);
const char *decryption_keys_name(const struct decryption_keys *keys);

/* Looks at all files and reads those that changed. False when one cannot be used, with the reason of the first such
 * file; the others can be used all the same. OpenSSL's error queue is empty afterwards. */
bool decryption_keys_refresh(struct decryption_keys *keys, struct err *err);

/* As of the last refresh. */
size_t decryption_keys_count(const struct decryption_keys *keys); /* of files */
const struct decryption_key *decryption_keys_at(const struct decryption_keys *keys, size_t i);
