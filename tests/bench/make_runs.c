/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * make_runs: a site to measure with: many nodes, and signed, compressed runs of some of them, as real agents send them.
 *
 *     make_runs DIRECTORY NODES RUNS REPORTS [BITS [FIRST-NODE [day]]]
 *
 * writes DIRECTORY/nodeslist.json, DIRECTORY/certificates.pem and DIRECTORY/runs/<datetime>@<node>.log.gz. The nodes
 * share a few RSA keys of BITS (4096): each has a certificate of its own, which is what counts, and making 50,000 keys
 * would take a day. For the same reason the certificates' own signatures, which nobody checks, are those of their
 * pattern. BITS of 256 are those of P-256 keys, which sign in a hundredth of the time. FIRST-NODE (0) is the number of
 * the first node, for a second site whose nodes join those of the first.
 *
 * One report in nine says that something was repaired. With `day` the runs are as on an ordinary day: a node's runs are
 * alike, but one run in five has a line that never came before, and one in a hundred a repair.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <zlib.h>

#include "support/signing.h"

enum { KEYS = 4, NODE_SIZE = 64 };

static void need(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "make_runs: %s\n", what);
        exit(1);
    }
}

static FILE *create(const char *directory, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    need(file != NULL, path);
    return file;
}

static void node_name(char out[NODE_SIZE], unsigned node)
{
    snprintf(out, NODE_SIZE, "%08x-40bc-4b86-b6dc-%012x", node * 2654435761u, node);
}

static struct identity make_identity(unsigned bits)
{
    EVP_PKEY *key = bits == 256 ? signing_ec_key() : signing_rsa_key((int)bits);
    X509 *pattern = X509_new();
    X509_set_version(pattern, 2);
    X509_gmtime_adj(X509_getm_notBefore(pattern), 0);
    X509_gmtime_adj(X509_getm_notAfter(pattern), 10 * 365 * 86400L);
    X509_set_pubkey(pattern, key);
    need(X509_sign(pattern, key, EVP_sha256()) > 0, "cannot sign a certificate");
    return (struct identity){.key = key, .certificate = pattern};
}

static X509 *certificate_of(const struct identity *identity, unsigned node)
{
    char id[NODE_SIZE];
    node_name(id, node);
    X509 *certificate = X509_dup(identity->certificate);
    X509_NAME *name = X509_NAME_new();
    X509_NAME_add_entry_by_txt(name, "UID", MBSTRING_UTF8, (const unsigned char *)id, -1, -1, 0);
    X509_set_subject_name(certificate, name);
    X509_set_issuer_name(certificate, name);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), (long)node + 1);
    X509_NAME_free(name);
    i2d_re_X509_tbs(certificate, NULL); /* forgets the encoding it was copied with */
    return certificate;
}

static void write_nodes(const char *directory, const struct identity *identities, unsigned first, unsigned nodes)
{
    FILE *list = create(directory, "nodeslist.json");
    FILE *certificates = create(directory, "certificates.pem");
    fputs("{\"root\":{\"hostname\":\"root.example.com\",\"policy-server\":\"root\",\"key-hash\":\"\"}", list);
    for (unsigned i = first; i < first + nodes; i++) {
        char id[NODE_SIZE];
        node_name(id, i);
        fprintf(list, ",\n\"%s\":{\"hostname\":\"node%u.example.com\",\"policy-server\":\"root\",\"key-hash\":\"\"}",
                id, i);
        X509 *certificate = certificate_of(&identities[i % KEYS], i);
        PEM_write_X509(certificates, certificate);
        X509_free(certificate);
    }
    fputs("}\n", list);
    need(fclose(list) == 0 && fclose(certificates) == 0, "cannot write the nodes");
}

struct pattern {
    bool day;
    unsigned run; /* its number */
};

static const char *made_event(const struct pattern *pattern, unsigned i, unsigned reports)
{
    if (i == 0 || i + 1 == reports) {
        return "control";
    }
    bool repaired = pattern->day ? pattern->run % 100 == 1 && i == reports / 3 : i % 9 == 0;
    return repaired ? "result_repaired" : "result_success";
}

/* About 280 bytes a report, the length of those of the common directives. */
static void write_content(BIO *out, const char *id, time_t start, unsigned reports, const struct pattern *pattern)
{
    struct tm tm;
    char moment[32], day[32];
    gmtime_r(&start, &tm);
    strftime(moment, sizeof moment, "%Y-%m-%dT%H:%M:%S", &tm);
    strftime(day, sizeof day, "%Y-%m-%d %H:%M:%S", &tm);
    for (unsigned i = 0; i < reports; i++) {
        const char *event = made_event(pattern, i, reports);
        char odd[32] = "";
        if (pattern->day && pattern->run % 5 == 0 && i == reports / 2) {
            snprintf(odd, sizeof odd, " of run %u", pattern->run);
        }
        const char *component = i == 0 ? "start" : i + 1 == reports ? "end" : "Process checking";
        BIO_printf(out,
                   "%s+00:00 R: @@Common@@%s@@32377fd7-02fd-43d0-aab7-28460a91347b@@"
                   "d86ce2e5-d5b6-45cc-87e8-c11cca71d907@@%u@@%s@@20180824-130007-3ad37587@@%s+00:00##%s@#"
                   "The internal environment security is acceptable for what was asked of it%s\n",
                   moment, event, i, component, day, id, odd);
    }
}

static void write_gzip(const char *path, BIO *message)
{
    char *bytes;
    long len = BIO_get_mem_data(message, &bytes);
    gzFile file = gzopen(path, "wb6");
    need(file != NULL && gzwrite(file, bytes, (unsigned)len) == len && gzclose(file) == Z_OK, path);
}

static void write_run(const char *directory, const struct identity *identity, unsigned node, time_t start,
                      unsigned reports, const struct pattern *pattern)
{
    char id[NODE_SIZE], moment[32], path[4096];
    struct tm tm;
    node_name(id, node);
    gmtime_r(&start, &tm);
    strftime(moment, sizeof moment, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(path, sizeof path, "%s/runs/%s+00:00@%s.log.gz", directory, moment, id);
    X509 *certificate = certificate_of(identity, node);
    BIO *content = BIO_new(BIO_s_mem()), *message = BIO_new(BIO_s_mem());
    write_content(content, id, start, reports, pattern);
    signing_smime(message, content, certificate, identity->key);
    write_gzip(path, message);
    BIO_free(content);
    BIO_free(message);
    X509_free(certificate);
}

int main(int argc, char **argv)
{
    need(argc >= 5 && argc <= 8, "usage: make_runs DIRECTORY NODES RUNS REPORTS [BITS [FIRST-NODE [day]]]");
    const char *directory = argv[1];
    unsigned nodes = (unsigned)atoi(argv[2]), runs = (unsigned)atoi(argv[3]), reports = (unsigned)atoi(argv[4]);
    unsigned bits = argc > 5 ? (unsigned)atoi(argv[5]) : 4096;
    unsigned first_node = argc > 6 ? (unsigned)atoi(argv[6]) : 0;
    need(nodes > 0 && runs > 0 && reports > 1, "at least a node, a run, and two reports in it are needed");
    char path[4096];
    snprintf(path, sizeof path, "%s/runs", directory);
    mkdir(directory, 0755);
    mkdir(path, 0755);
    struct identity identities[KEYS];
    for (unsigned i = 0; i < KEYS; i++) {
        identities[i] = make_identity(bits);
    }
    write_nodes(directory, identities, first_node, nodes);
    time_t first = time(NULL) - 300;
    for (unsigned i = 0; i < runs; i++) {
        /* nodes in turn; five minutes between the runs of one */
        unsigned node = first_node + i % nodes;
        const struct pattern pattern = {.day = argc > 7, .run = i};
        write_run(directory, &identities[node % KEYS], node, first + i / nodes * 300, reports, &pattern);
    }
    return 0;
}
