/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * key_file: files as processing.reporting.decryption_key_file names them, for unit tests.
 */
#pragma once

#include <openssl/pem.h>

#include "support/signing.h"
#include "support/tmpdir.h"

/* Replaces the file by a private key and a certificate; each may be NULL. */
static inline void key_file_write(const struct tmpdir *directory, const char *name, EVP_PKEY *key, X509 *certificate)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *pem;
    ck_assert(key == NULL || PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL) == 1);
    ck_assert(certificate == NULL || PEM_write_bio_X509(out, certificate) == 1);
    ck_assert_int_eq(BIO_write(out, "", 1), 1); /* the NUL behind the text */
    BIO_get_mem_data(out, &pem);
    tmpdir_arrive(directory->fd, name, pem);
    BIO_free(out);
}
