/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_file_signature: checks hash and signature of a shared file while its bytes pass by.
 *
 * Source: PROTOCOL.md section 11. The signature is RSA PKCS #1 v1.5 over the hash named in the metadata, by the key in
 * the metadata (PKCS #1 RSAPublicKey). Whose key that is only the node list can tell: see
 * shared_file_signature_key_is. Without it a signature proves nothing.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "relay/shared_file_meta.h"
#include "util/err.h"
#include "util/slice.h"

struct shared_file_signature;

/* meta is not kept. NULL with err: the key is none, or OpenSSL lacks the algorithm. */
struct shared_file_signature *shared_file_signature_new(const struct shared_file_meta *meta, struct err *err);
void shared_file_signature_free(struct shared_file_signature *signature); /* takes NULL */

/* The hash of the key (of its DER SubjectPublicKeyInfo), lower-case hex. */
enum { SHARED_FILE_KEY_HASH_SIZE = 2 * DIGEST_MAX_SIZE + 1 };
void shared_file_signature_key_hash(const struct shared_file_signature *signature, enum digest_algorithm algorithm,
                                    char out[SHARED_FILE_KEY_HASH_SIZE]);

/* Is that the key's hash, as the node list writes it (`sha256:<hex>`, `sha512:<hex>`)? An empty one is nobody's. */
bool shared_file_signature_key_is(const struct shared_file_signature *signature, struct slice key_hash);

void shared_file_signature_add(struct shared_file_signature *signature, const char *bytes, size_t len);

/* Behind the last byte, once. False with err: the file has another hash than the metadata says, or the signature is
 * wrong. */
bool shared_file_signature_check(struct shared_file_signature *signature, const struct shared_file_meta *meta,
                                 struct err *err);
