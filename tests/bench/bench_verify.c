/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_verify: what it costs to verify a signed run log, for each kind of signature: beside its floor (what cannot be
 * saved: making the key, the bare verification of a digest, SHA-256 of the content, parsing the CMS structure) and
 * beside OpenSSL's own S/MIME reader; and the same message encrypted, to keys of two kinds, as the agent does it:
 * decrypted and then verified. The ways take turns, so that a busy machine is as hard on each; medians of processor
 * time are printed.
 *
 * Usage: bench_verify [ROUNDS [BYTES]]
 */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

#include "bench/bench.h"
#include "relay/smime_decrypt.h"
#include "relay/smime_verify.h"
#include "support/signing.h"

enum { CALLS = 50, MAX_ROUNDS = 10000 };

/* What messages are encrypted to. */
struct reader {
    struct identity identity;
    struct decryption_keys *keys;
    char path[64];
    char *files[2];
};

static struct reader to_rsa;
static struct reader to_ec;

struct scene {
    struct identity signer;
    bool pss;
    struct buffer text;
    struct buffer message;
    struct buffer encrypted_to_rsa;
    struct buffer encrypted_to_ec;
    struct buffer decrypted;
    struct decompressor *decompressor;
    unsigned char *signature_der; /* the CMS structure */
    int signature_der_len;
    struct smime_verifier *verifier;
    struct smime_key_maker keys;
    EVP_MD *sha256;
    struct buffer canonical;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int digest_len;
    unsigned char signature[1024];
    size_t signature_len;
};

static bool set_algorithm_of(const struct scene *scene, EVP_PKEY_CTX *context)
{
    return EVP_PKEY_CTX_set_signature_md(context, scene->sha256) == 1 &&
           (!scene->pss || EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1);
}

static bool make_key(struct scene *scene)
{
    EVP_PKEY *key = smime_key_make(&scene->keys, &scene->signer.record);
    EVP_PKEY_free(key);
    return key != NULL;
}

/* A forwarder hardly ever sees the same node twice in a row: with a key that is made for this call. */
static bool bare(struct scene *scene)
{
    EVP_PKEY *key = smime_key_make(&scene->keys, &scene->signer.record);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    bool good = EVP_PKEY_verify_init(context) == 1 && set_algorithm_of(scene, context) &&
                EVP_PKEY_verify(context, scene->signature, scene->signature_len, scene->digest, scene->digest_len) == 1;
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(key);
    return good;
}

static bool digest_content(struct scene *scene)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    return EVP_Digest(scene->text.at, scene->text.len, digest, NULL, scene->sha256, NULL) == 1;
}

static bool parse_cms(struct scene *scene)
{
    const unsigned char *at = scene->signature_der;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, scene->signature_der_len);
    CMS_ContentInfo_free(cms);
    return cms != NULL;
}

static bool ours(struct scene *scene)
{
    struct slice content;
    return smime_verify(scene->verifier, buffer_slice(&scene->message), (struct smime_known){&scene->signer.record, 1},
                        &scene->canonical, &content, NULL);
}

static bool stock(struct scene *scene)
{
    BIO *in = BIO_new_mem_buf(scene->message.at, (int)scene->message.len);
    BIO *out = BIO_new(BIO_s_mem());
    BIO *content = NULL;
    CMS_ContentInfo *cms = SMIME_read_CMS(in, &content);
    STACK_OF(X509) *certificates = sk_X509_new_null();
    sk_X509_push(certificates, scene->signer.certificate);
    bool good =
        CMS_verify(cms, certificates, NULL, content, out, CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY | CMS_TEXT) == 1;
    sk_X509_free(certificates);
    CMS_ContentInfo_free(cms);
    BIO_free(content);
    BIO_free(out);
    BIO_free(in);
    return good;
}

static bool decrypt_and_verify(struct scene *scene, const struct reader *reader, const struct buffer *encrypted)
{
    static const struct decompress_limits limits = {.expanded = 1 << 27};
    struct slice content;
    buffer_clear(&scene->decrypted);
    buffer_add(&scene->decrypted, encrypted->at, encrypted->len);
    return smime_decrypt(reader->keys, scene->decompressor, &limits, &scene->decrypted, NULL) == SMIME_DECRYPT_DONE &&
           smime_verify(scene->verifier, buffer_slice(&scene->decrypted),
                        (struct smime_known){&scene->signer.record, 1}, &scene->canonical, &content, NULL);
}

static bool by_rsa(struct scene *scene)
{
    return decrypt_and_verify(scene, &to_rsa, &scene->encrypted_to_rsa);
}

static bool by_ec(struct scene *scene)
{
    return decrypt_and_verify(scene, &to_ec, &scene->encrypted_to_ec);
}

enum { WAY_KEY, WAY_BARE, WAY_DIGEST, WAY_PARSE, WAY_OURS, WAY_STOCK, WAY_ENCRYPTED_EC, WAY_ENCRYPTED_RSA, WAYS };

static const struct way {
    const char *name;
    bool (*run)(struct scene *scene);
} ways[WAYS] = {
    [WAY_KEY] = {"making the key", make_key},
    [WAY_BARE] = {"making the key, bare verification", bare},
    [WAY_DIGEST] = {"SHA-256 of the content", digest_content},
    [WAY_PARSE] = {"parsing the CMS structure", parse_cms},
    [WAY_OURS] = {"smime_verify", ours},
    [WAY_STOCK] = {"SMIME_read_CMS + CMS_verify", stock},
    [WAY_ENCRYPTED_EC] = {"encrypted to P-256, smime_decrypt + verify", by_ec},
    [WAY_ENCRYPTED_RSA] = {"encrypted to RSA 3072, the same", by_rsa},
};

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
        buffer_add_format(&scene->text,
                          "2026-01-01T00:00:%02d+00:00 R: @@policy@@result_success@@rule@@directive@@0@@"
                          "component@@None@@2026-01-01 00:00:00+00:00##node@#line %d of a run log\r\n",
                          i % 60, i);
    }
    CMS_ContentInfo *cms = signing_start();
    unsigned int flags = CMS_NOCERTS | (scene->pss ? CMS_KEY_PARAM : 0);
    CMS_SignerInfo *signer = signing_add(cms, &scene->signer, EVP_sha256(), flags);
    bench_verify_require(
        !scene->pss || EVP_PKEY_CTX_set_rsa_padding(CMS_SignerInfo_get0_pkey_ctx(signer), RSA_PKCS1_PSS_PADDING) == 1,
        "RSA-PSS");
    signing_finish(cms, buffer_slice(&scene->text));
    signing_write(&scene->message, buffer_slice(&scene->text), cms, "\n");
    scene->signature_der_len = i2d_CMS_ContentInfo(cms, &scene->signature_der);
    CMS_ContentInfo_free(cms);
}

/* The files are in memory: nothing of the keys is on a disk. */
static void make_reader(struct reader *reader, EVP_PKEY *key)
{
    int fd = memfd_create("key", MFD_CLOEXEC);
    FILE *file = fdopen(fd, "w");
    reader->identity = signing_identity(key, "root", 1);
    bench_verify_require(file != NULL && PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1 &&
                             PEM_write_X509(file, reader->identity.certificate) == 1 && fflush(file) == 0,
                         "writing a key");
    snprintf(reader->path, sizeof reader->path, "/proc/self/fd/%d", fd);
    reader->files[0] = reader->path;
    reader->keys = decryption_keys_new(reader->files);
    bench_verify_require(decryption_keys_refresh(reader->keys, NULL), "reading a key");
}

static void free_reader(struct reader *reader)
{
    decryption_keys_free(reader->keys);
    signing_identity_free(&reader->identity);
}

static void bench_verify_encrypt(struct buffer *encrypted, const struct reader *reader, struct slice content)
{
    STACK_OF(X509) *recipients = sk_X509_new_null();
    sk_X509_push(recipients, reader->identity.certificate);
    signing_encrypt(encrypted, recipients, EVP_aes_256_gcm(), 0, content);
    sk_X509_free(recipients);
}

/* Compressed before, as the agent does. */
static void encrypt_message(struct scene *scene)
{
    struct buffer image = {0};
    z_stream stream = {0};
    bench_verify_require(deflateInit2(&stream, 6, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib");
    uLong room = deflateBound(&stream, scene->message.len);
    stream.next_in = (unsigned char *)scene->message.at;
    stream.avail_in = (uInt)scene->message.len;
    stream.next_out = (unsigned char *)buffer_reserve(&image, room);
    stream.avail_out = (uInt)room;
    bench_verify_require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "compressing");
    image.len = stream.total_out;
    deflateEnd(&stream);
    bench_verify_encrypt(&scene->encrypted_to_ec, &to_ec, buffer_slice(&image));
    bench_verify_encrypt(&scene->encrypted_to_rsa, &to_rsa, buffer_slice(&image));
    printf("gzip %zu bytes; encrypted to P-256 %zu bytes, to RSA 3072 %zu bytes\n", image.len,
           scene->encrypted_to_ec.len, scene->encrypted_to_rsa.len);
    buffer_free(&image);
}

static void sign_bare(struct scene *scene)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(scene->signer.key, NULL);
    scene->signature_len = sizeof scene->signature;
    bench_verify_require(
        EVP_Digest(scene->text.at, scene->text.len, scene->digest, &scene->digest_len, EVP_sha256(), NULL) == 1 &&
            EVP_PKEY_sign_init(context) == 1 && set_algorithm_of(scene, context) &&
            EVP_PKEY_sign(context, scene->signature, &scene->signature_len, scene->digest, scene->digest_len) == 1,
        "signing");
    EVP_PKEY_CTX_free(context);
}

/* us a call, processor time */
static double takes(const struct way *way, struct scene *scene)
{
    double start = bench_cpu_seconds();
    for (int call = 0; call < CALLS; call++) {
        bench_verify_require(way->run(scene), way->name);
    }
    return (bench_cpu_seconds() - start) / CALLS * 1e6;
}

static void print_way(const char *name, double took, double floor)
{
    printf("  %-40s %8.1f us %9.0f/s %6.2f\n", name, took, 1e6 / took, took / floor);
}

static void print_figures(double times[WAYS][MAX_ROUNDS], size_t rounds)
{
    double medians[WAYS];
    for (size_t way = 0; way < WAYS; way++) {
        medians[way] = bench_median(times[way], rounds);
    }
    double floor = medians[WAY_BARE] + medians[WAY_DIGEST] + medians[WAY_PARSE];
    for (size_t way = 0; way < WAYS; way++) {
        if (way == WAY_OURS) {
            print_way("the floor: the three before", floor, floor);
        }
        print_way(ways[way].name, medians[way], floor);
    }
}

static void bench_verify_measure(const char *name, EVP_PKEY *key, bool pss, size_t rounds, size_t bytes)
{
    static double times[WAYS][MAX_ROUNDS];
    struct scene scene = {.signer = signing_identity(key, "node", 1),
                          .pss = pss,
                          .verifier = smime_verifier_new(false, NULL),
                          .sha256 = EVP_MD_fetch(NULL, "SHA256", NULL)};
    bench_verify_require(scene.verifier != NULL && smime_key_open(&scene.keys, NULL), "preparing");
    scene.decompressor = decompressor_new();
    make_message(&scene, bytes);
    encrypt_message(&scene);
    sign_bare(&scene);
    for (size_t round = 0; round < rounds; round++) {
        for (size_t way = 0; way < WAYS; way++) {
            times[way][round] = takes(&ways[way], &scene);
        }
    }
    printf("%s, a message of %zu bytes\n", name, scene.message.len);
    print_figures(times, rounds);
    EVP_MD_free(scene.sha256);
    OPENSSL_free(scene.signature_der);
    smime_key_close(&scene.keys);
    smime_verifier_free(scene.verifier);
    buffer_free(&scene.message);
    buffer_free(&scene.text);
    buffer_free(&scene.canonical);
    buffer_free(&scene.encrypted_to_rsa);
    buffer_free(&scene.encrypted_to_ec);
    buffer_free(&scene.decrypted);
    decompressor_free(scene.decompressor);
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
    printf("%s, medians of processor time, %zu rounds of %d calls; the last column: times the floor\n",
           OpenSSL_version(OPENSSL_VERSION), rounds, CALLS);
    make_reader(&to_ec, signing_ec_key());
    make_reader(&to_rsa, signing_rsa_key(3072));
    bench_verify_measure("RSA 4096", signing_rsa_key(4096), false, rounds, bytes);
    bench_verify_measure("RSA 2048", signing_rsa_key(2048), false, rounds, bytes);
    bench_verify_measure("RSA-PSS 2048", signing_rsa_key(2048), true, rounds, bytes);
    bench_verify_measure("ECDSA P-256", signing_ec_key(), false, rounds, bytes);
    free_reader(&to_ec);
    free_reader(&to_rsa);
    return EXIT_SUCCESS;
}
