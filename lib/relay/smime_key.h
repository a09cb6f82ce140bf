/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_key: makes an OpenSSL key from a node's key as the index keeps it.
 *
 * A forwarder rarely sees the same node twice in a row, so each key is made anew. Whatever is the same for all keys of
 * a kind is made once. With OpenSSL 3.0 an RSA key then costs 2 us and one on P-256 4 us, where decoding a
 * SubjectPublicKeyInfo costs 90.
 */
#pragma once

#include <openssl/evp.h>
#include <stdbool.h>

#include "relay/cert_record.h"
#include "util/err.h"

enum { SMIME_CURVE_NAME_SIZE = 64 };

/* Each belongs to one thread. */
struct smime_key_maker {
    EVP_PKEY_CTX *rsa;
    EVP_PKEY_CTX *ec;
    EVP_PKEY *curve; /* a key without a point, on the curve that was asked for last */
    char curve_name[SMIME_CURVE_NAME_SIZE];
};

/* False when OpenSSL has no RSA or no EC. Close it in either case. */
bool smime_key_open(struct smime_key_maker *maker, struct err *err);
void smime_key_close(struct smime_key_maker *maker);

/* Makes the key of a certificate; the caller frees it. NULL when OpenSSL refuses it; its error queue says why. */
EVP_PKEY *smime_key_make(struct smime_key_maker *maker, const struct cert_record *certificate);
