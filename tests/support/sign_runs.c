/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sign_runs: signs many run logs at once, each as agents do: openssl smime -sign -text -nocerts -md sha256.
 *
 *     sign_runs CERTIFICATE KEY FILE...
 *
 * puts the message in the file's place. A start of openssl takes longer than a signature.
 */
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "support/signing.h"

static void sign_require(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "sign_runs: %s\n", what);
        exit(1);
    }
}

static BIO *open_or_exit(const char *path, const char *mode)
{
    BIO *bio = BIO_new_file(path, mode);
    sign_require(bio != NULL, path);
    return bio;
}

static void sign_run(X509 *certificate, EVP_PKEY *key, const char *path)
{
    char out_path[4096];
    snprintf(out_path, sizeof out_path, "%s.signed", path);
    BIO *in = open_or_exit(path, "r"), *out = open_or_exit(out_path, "w");
    signing_smime(out, in, certificate, key);
    sign_require(BIO_flush(out) == 1, out_path);
    sign_require(rename(out_path, path) == 0, path);
    BIO_free(in);
    BIO_free(out);
}

int main(int argc, char **argv)
{
    sign_require(argc >= 3, "usage: sign_runs CERTIFICATE KEY FILE...");
    BIO *certificate_file = open_or_exit(argv[1], "r"), *key_file = open_or_exit(argv[2], "r");
    X509 *certificate = PEM_read_bio_X509(certificate_file, NULL, NULL, NULL);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(key_file, NULL, NULL, NULL);
    sign_require(certificate != NULL && key != NULL, "no certificate or no key");
    for (int i = 3; i < argc; i++) {
        sign_run(certificate, key, argv[i]);
    }
    EVP_PKEY_free(key);
    X509_free(certificate);
    BIO_free(key_file);
    BIO_free(certificate_file);
    return 0;
}
