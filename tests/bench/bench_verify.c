/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_verify: what it costs to verify a signed run log, beside the bare verification of a digest with the same key
 * and beside OpenSSL's own S/MIME reader. The ways take turns, so that a busy machine is as hard on each; medians of
 * processor time are printed.
 *
 * Usage: bench_verify [ROUNDS [BYTES]]
 */
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "relay/smime_verify.h"
#include "support/signing.h"

enum { CALLS = 50, MAX_ROUNDS = 10000 };

struct scene {
    struct identity signer;
    struct buffer text;
    struct buffer message;
    struct smime_verifier *verifier;
    struct buffer canonical;
    EVP_PKEY_CTX *bare;
    unsigned char *public_key; /* PKCS #1, NULL for other keys than RSA */
    int public_key_len;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_len;
    unsigned char signature[1024];
    size_t signature_len;
};

static bool bare(struct scene *scene)
{
    return EVP_PKEY_verify(scene->bare, scene->signature, scene->signature_len, scene->digest, scene->digest_len) == 1;
}

/* A forwarder hardly ever sees the same node twice in a row: OpenSSL prepares each key anew, the cheapest way it
 * offers. */
static bool bare_fresh(struct scene *scene)
{
    const unsigned char *at = scene->public_key;
    EVP_PKEY *key = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, scene->public_key_len);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bool good = EVP_PKEY_verify_init(context) == 1 && EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1
                && EVP_PKEY_verify(context, scene->signature, scene->signature_len, scene->digest,
                                   scene->digest_len) == 1;
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
    return good;
}

static bool ours(struct scene *scene)
{
    struct slice content;
    return smime_verify(scene->verifier, buffer_slice(&scene->message), &scene->signer.der, 1, &scene->canonical,
                        &content, NULL);
}

static X509 *bench_verify_decode(const struct scene *scene)
{
    const unsigned char *at = (const unsigned char *)scene->signer.der.at;
    return d2i_X509(NULL, &at, (long)scene->signer.der.len);
}

static bool only_decode(struct scene *scene)
{
    X509 *certificate = bench_verify_decode(scene);
    X509_free(certificate);
    return certificate != NULL;
}

static bool stock_with(struct scene *scene, X509 *certificate)
{
    BIO *in = BIO_new_mem_buf(scene->message.at, (int)scene->message.len);
    BIO *out = BIO_new(BIO_s_mem());
    BIO *content = NULL;
    CMS_ContentInfo *cms = SMIME_read_CMS(in, &content);
    STACK_OF(X509) *certificates = sk_X509_new_null();
    sk_X509_push(certificates, certificate);
    bool good = CMS_verify(cms, certificates, NULL, content, out,
                           CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY | CMS_TEXT) == 1;
    sk_X509_free(certificates);
    CMS_ContentInfo_free(cms);
    BIO_free(content);
    BIO_free(out);
    BIO_free(in);
    return good;
}

static bool stock(struct scene *scene)
{
    return stock_with(scene, scene->signer.certificate);
}

static bool stock_from_der(struct scene *scene)
{
    X509 *certificate = bench_verify_decode(scene);
    bool good = stock_with(scene, certificate);
    X509_free(certificate);
    return good;
}

static const struct way {
    const char *name;
    bool (*run)(struct scene *scene);
} ways[] = {
    {"bare verification of a digest", bare},
    {"bare verification, key decoded (RSA)", bare_fresh},
    {"smime_verify, certificate as DER", ours},
    {"SMIME_read_CMS + CMS_verify, certificate at hand", stock},
    {"SMIME_read_CMS + CMS_verify, certificate as DER", stock_from_der},
    {"d2i_X509 alone", only_decode},
};

enum { WAYS = sizeof ways / sizeof *ways };

static void bench_verify_require(bool good, const char *what)
{
    if (!good) {
        fprintf(stderr, "bench_verify: %s failed\n", what);
        ERR_print_errors_fp(stderr);
        exit(EXIT_FAILURE);
    }
}

static void make_message(struct scene *scene, size_t bytes)
{
    buffer_add_text(&scene->text, "Content-Type: text/plain\r\n\r\n");
    for (int i = 0; scene->text.len < bytes; i++) {
        buffer_add_format(&scene->text, "2026-01-01T00:00:%02d+00:00 R: @@policy@@result_success@@rule@@directive@@0@@"
                          "component@@None@@2026-01-01 00:00:00+00:00##node@#line %d of a run log\r\n", i % 60, i);
    }
    CMS_ContentInfo *cms = signing_sign(&scene->signer, EVP_sha256(), CMS_NOCERTS, buffer_slice(&scene->text));
    signing_write(&scene->message, buffer_slice(&scene->text), cms, "\n");
    CMS_ContentInfo_free(cms);
}

static void sign_bare(struct scene *scene)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(scene->signer.key, NULL);
    scene->signature_len = sizeof scene->signature;
    bench_verify_require(
        EVP_Digest(scene->text.at, scene->text.len, scene->digest, &scene->digest_len, EVP_sha256(), NULL) == 1 &&
            EVP_PKEY_sign_init(context) == 1 && EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
            EVP_PKEY_sign(context, scene->signature, &scene->signature_len, scene->digest, scene->digest_len) == 1,
        "signing");
    EVP_PKEY_CTX_free(context);
    scene->bare = EVP_PKEY_CTX_new(X509_get0_pubkey(scene->signer.certificate), NULL);
    if (EVP_PKEY_base_id(scene->signer.key) == EVP_PKEY_RSA) {
        scene->public_key_len = i2d_PublicKey(scene->signer.key, &scene->public_key);
    }
    bench_verify_require(EVP_PKEY_verify_init(scene->bare) == 1 &&
                             EVP_PKEY_CTX_set_signature_md(scene->bare, EVP_sha256()) == 1,
                         "preparing the bare verification");
}

/* us a call, processor time; 0 for a way that this key does not have */
static double takes(const struct way *way, struct scene *scene)
{
    if (way->run == bare_fresh && scene->public_key == NULL) {
        return 0;
    }
    double start = bench_cpu_seconds();
    for (int call = 0; call < CALLS; call++) {
        bench_verify_require(way->run(scene), way->name);
    }
    return (bench_cpu_seconds() - start) / CALLS * 1e6;
}

static void bench_verify_measure(const char *name, EVP_PKEY *key, size_t rounds, size_t bytes)
{
    static double times[WAYS][MAX_ROUNDS];
    struct scene scene = {.signer = signing_identity(key, "node", 1), .verifier = smime_verifier_new(NULL)};
    bench_verify_require(scene.verifier != NULL, "smime_verifier_new");
    make_message(&scene, bytes);
    sign_bare(&scene);
    for (size_t round = 0; round < rounds; round++) {
        for (size_t way = 0; way < WAYS; way++) {
            times[way][round] = takes(&ways[way], &scene);
        }
    }
    double base = bench_median(times[0], rounds);
    printf("%s, a message of %zu bytes\n", name, scene.message.len);
    for (size_t way = 0; way < WAYS; way++) {
        double median = bench_median(times[way], rounds);
        if (median == 0) {
            continue;
        }
        printf("  %-52s %8.1f us %9.0f/s %6.2f\n", ways[way].name, median, 1e6 / median, median / base);
    }
    EVP_PKEY_CTX_free(scene.bare);
    OPENSSL_free(scene.public_key);
    smime_verifier_free(scene.verifier);
    buffer_free(&scene.message);
    buffer_free(&scene.text);
    buffer_free(&scene.canonical);
    signing_identity_free(&scene.signer);
}

int main(int argc, char **argv)
{
    size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 50;
    size_t bytes = argc > 2 ? strtoul(argv[2], NULL, 10) : 20000;
    if (rounds < 1 || rounds > MAX_ROUNDS || bytes > 1 << 26) {
        fprintf(stderr, "usage: bench_verify [ROUNDS (1 to %d) [BYTES]]\n", MAX_ROUNDS);
        return 2;
    }
    printf("%s, medians of processor time, %zu rounds of %d calls; the last column: times the bare verification\n",
           OpenSSL_version(OPENSSL_VERSION), rounds, CALLS);
    bench_verify_measure("RSA 4096", signing_rsa_key(4096), rounds, bytes);
    bench_verify_measure("RSA 2048", signing_rsa_key(2048), rounds, bytes);
    bench_verify_measure("ECDSA P-256", signing_ec_key(), rounds, bytes);
    return EXIT_SUCCESS;
}
