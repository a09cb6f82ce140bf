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
#include <openssl/pkcs7.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

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
    const int flags = PKCS7_TEXT | PKCS7_DETACHED | PKCS7_NOCERTS;
    char out_path[4096];
    snprintf(out_path, sizeof out_path, "%s.signed", path);
    BIO *in = open_or_exit(path, "r"), *out = open_or_exit(out_path, "w");
    PKCS7 *signature = PKCS7_sign(NULL, NULL, NULL, in, flags | PKCS7_PARTIAL);
    sign_require(signature != NULL && PKCS7_sign_add_signer(signature, certificate, key, EVP_sha256(), flags) != NULL &&
                     PKCS7_final(signature, in, flags),
                 "cannot sign");
    BIO_reset(in); /* signing has read it to its end */
    sign_require(SMIME_write_PKCS7(out, signature, in, flags) == 1 && BIO_flush(out) == 1, out_path);
    sign_require(rename(out_path, path) == 0, path);
    PKCS7_free(signature);
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
