/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * x509_key: a certificate and the digest by which its public key is known: SHA-256 of the SubjectPublicKeyInfo (DER,
 * RFC 5280 section 4.1), the same that curl pins.
 *
 * Only the key counts: a renewed certificate with the same key has the same digest.
 */
#pragma once

#include <openssl/x509.h>
#include <stdbool.h>

#include "util/slice.h"

enum { X509_KEY_DIGEST_SIZE = 32 };

/* Reads one certificate, as PEM (the first in the text) or as DER. NULL when OpenSSL finds none. Leaves OpenSSL's error
 * queue empty. */
X509 *x509_key_read(struct slice certificate);

/* The same from a file that the operator chose, of at most 1 MiB. NULL also when it cannot be read. */
X509 *x509_key_read_file(const char *path);

/* A pem_password_cb that gives none. Without it OpenSSL asks for the password of a key at the terminal. */
int x509_key_no_password(char *password, int size, int writing, void *context);

/* False when OpenSSL cannot write the public key of the certificate. */
bool x509_key_digest(X509 *certificate, unsigned char digest[X509_KEY_DIGEST_SIZE]);
