/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_nodes [NODES [DIRECTORY]]: what a node list of that size (50,000) with a certificate for each costs: to build
 * the index without and with one of before, to start a program with it, to look nodes up. Certificates are of 4096-bit
 * RSA size, one made, the others with another UID patched in. Prints medians of RUNS. Sources and index go to DIRECTORY
 * and stay there; without it, to a temporary one.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"
#include "relay/node_index.h"
#include "support/certificate.h"
#include "util/log.h"
#include "util/xmalloc.h"

enum { RUNS = 7, PEM_LINE = 64 };

#define ID_FORMAT "%08x-0000-4000-8000-%012x"
#define ID_PLACEHOLDER "00000000-0000-4000-8000-000000000000"

struct files {
    char *list;
    char *certs;
    char *index;
    unsigned nodes;
};

static void bench_nodes_die(const char *what)
{
    perror(what);
    exit(EXIT_FAILURE);
}

/* The sum of the Private_ lines of smaps_rollup, in KiB. */
static long private_kib(void)
{
    char line[256];
    long sum = 0, kib;
    FILE *file = fopen("/proc/self/smaps_rollup", "re");
    if (file == NULL) {
        bench_nodes_die("smaps_rollup");
    }
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "Private_%*[A-Za-z]: %ld kB", &kib) == 1) {
            sum += kib;
        }
    }
    fclose(file);
    return sum;
}

static double processor_seconds(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

/* ---- the sources ---- */

static void write_list(const struct files *files)
{
    FILE *file = fopen(files->list, "we");
    if (file == NULL) {
        bench_nodes_die(files->list);
    }
    for (unsigned i = 0; i < files->nodes; i++) {
        fprintf(file,
                "%s\"" ID_FORMAT "\":{\"hostname\":\"node%u.some.example.com\",\"policy-server\":\"root\","
                "\"key-hash\":\"sha256:%064x\"}",
                i == 0 ? "{" : ",\n", i * 2654435761U, i, i, i);
    }
    fputs("}\n", file);
    if (fclose(file) != 0) {
        bench_nodes_die(files->list);
    }
}

/* As certificate.h makes it, padded by an extension to the 1,450 bytes that one of a 4096-bit RSA key has. */
static unsigned char *template_certificate(int *len, unsigned char **uid)
{
    X509 *certificate = certificate_make((const char *const[]){ID_PLACEHOLDER, NULL});
    certificate_pad(certificate, 1100);
    unsigned char *der = NULL;
    *len = i2d_X509(certificate, &der);
    X509_free(certificate);
    /* the second is the subject's, the first the issuer's */
    unsigned char *issuer = memmem(der, (size_t)*len, ID_PLACEHOLDER, strlen(ID_PLACEHOLDER));
    *uid = memmem(issuer + 1, (size_t)(der + *len - issuer - 1), ID_PLACEHOLDER, strlen(ID_PLACEHOLDER));
    return der;
}

static void write_certificates(const struct files *files)
{
    int len;
    unsigned char *uid, *der = template_certificate(&len, &uid);
    unsigned char *text = xmalloc((size_t)len * 2);
    FILE *file = fopen(files->certs, "we");
    if (file == NULL) {
        bench_nodes_die(files->certs);
    }
    for (unsigned i = 0; i < files->nodes; i++) {
        char id[64];
        snprintf(id, sizeof id, ID_FORMAT, i * 2654435761U, i);
        memcpy(uid, id, strlen(id));
        int chars = EVP_EncodeBlock(text, der, len);
        fputs("-----BEGIN CERTIFICATE-----\n", file);
        for (int at = 0; at < chars; at += PEM_LINE) {
            fprintf(file, "%.*s\n", PEM_LINE, text + at);
        }
        fputs("-----END CERTIFICATE-----\n", file);
    }
    if (fclose(file) != 0) {
        bench_nodes_die(files->certs);
    }
    free(text);
    OPENSSL_free(der);
}

/* ---- the measurements ---- */

static void bench_nodes_build(const struct files *files)
{
    struct node_index_summary summary;
    struct err err;
    if (!node_index_build(files->list, files->certs, files->index, &summary, &err) || summary.nodes != files->nodes ||
        summary.certificates != files->nodes) {
        fprintf(stderr, "bench_nodes: %s\n", err.text);
        exit(EXIT_FAILURE);
    }
}

static void measure_build(const struct files *files, bool first)
{
    double took[RUNS], cpu[RUNS];
    struct rusage usage;
    for (int i = 0; i < RUNS; i++) {
        if (first) {
            unlink(files->index);
        }
        double start = bench_seconds();
        pid_t child = fork();
        if (child == 0) {
            bench_nodes_build(files);
            _exit(EXIT_SUCCESS);
        }
        int status;
        if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0) {
            bench_nodes_die("build");
        }
        took[i] = bench_seconds() - start;
        cpu[i] = processor_seconds(&usage);
    }
    long before = private_kib();
    bench_nodes_build(files);
    struct stat index;
    stat(files->index, &index);
    printf("%-11s                 %8.0f ms   %.0f ms processor, peak %ld KiB resident, "
           "%+ld KiB private when done, index %ld KiB\n",
           first ? "first build" : "build anew", bench_median(took, RUNS) * 1e3, bench_median(cpu, RUNS) * 1e3,
           usage.ru_maxrss, private_kib() - before, (long)(index.st_size / 1024));
}

static struct node_index *open_index(const struct files *files)
{
    struct err err;
    struct node_index *index = node_index_open(files->index, &err);
    if (index == NULL) {
        fprintf(stderr, "bench_nodes: %s\n", err.text);
        exit(EXIT_FAILURE);
    }
    return index;
}

static void look_up(struct node_index *index, unsigned i)
{
    char id[64];
    struct cert_record known[NODE_INDEX_MAX_CERTS];
    snprintf(id, sizeof id, ID_FORMAT, i * 2654435761U, i);
    if (node_index_certificates(index, id, known, NODE_INDEX_MAX_CERTS) != 1) {
        fprintf(stderr, "bench_nodes: %s not found\n", id);
        exit(EXIT_FAILURE);
    }
}

static void measure_start(const struct files *files)
{
    double took[RUNS];
    long before = 0, after = 0;
    for (int i = 0; i < RUNS; i++) {
        before = private_kib();
        double start = bench_seconds();
        struct node_index *index = open_index(files);
        look_up(index, files->nodes / 2);
        took[i] = bench_seconds() - start;
        after = private_kib();
        node_index_close(index);
    }
    printf("open, first look-up         %8.3f ms   %+ld KiB private\n", bench_median(took, RUNS) * 1e3, after - before);
}

static void measure_look_ups(const struct files *files)
{
    double took[RUNS];
    struct err err;
    struct node_index *index = open_index(files);
    long before = private_kib(), most = 0;
    for (int run = 0; run < RUNS; run++) {
        double start = bench_cpu_seconds();
        for (unsigned i = 0; i < files->nodes; i++) {
            node_index_refresh(index, &err);
            look_up(index, i);
        }
        took[run] = bench_cpu_seconds() - start;
        for (unsigned i = 0; i < files->nodes; i += 97) { /* apart: reading smaps takes longer than the rest */
            long now = private_kib();
            most = now > most ? now : most;
            node_index_refresh(index, &err);
            look_up(index, i);
        }
    }
    printf("look-up with refresh        %8.3f us   processor, %+ld KiB private at the most\n",
           bench_median(took, RUNS) * 1e6 / files->nodes, most - before);
    node_index_close(index);
}

static void measure_current(const struct files *files)
{
    double took[RUNS];
    for (int i = 0; i < RUNS; i++) {
        double start = bench_seconds();
        if (!node_index_current(files->list, files->certs, files->index)) {
            bench_nodes_die("the index is not current");
        }
        took[i] = bench_seconds() - start;
    }
    printf("is it current?              %8.3f ms\n", bench_median(took, RUNS) * 1e3);
}

int main(int argc, char **argv)
{
    char temporary[] = "/tmp/bench-nodes.XXXXXX";
    const char *directory = argc > 2 ? argv[2] : mkdtemp(temporary);
    struct files files = {.nodes = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 50000};
    if (directory == NULL) {
        bench_nodes_die("mkdtemp");
    }
    if (files.nodes == 0) {
        fprintf(stderr, "usage: bench_nodes [NODES (1 or more) [DIRECTORY]]\n");
        return 2;
    }
    files.list = xasprintf("%s/nodeslist.json", directory);
    files.certs = xasprintf("%s/nodescerts.pem", directory);
    files.index = xasprintf("%s/node-index.mdb", directory);
    log_start("bench_nodes");
    write_list(&files);
    write_certificates(&files);
    printf("%u nodes with a certificate each\n", files.nodes);
    measure_build(&files, true);
    measure_build(&files, false);
    measure_start(&files);
    measure_look_ups(&files);
    measure_current(&files);
    if (argc <= 2) {
        unlink(files.list);
        unlink(files.certs);
        unlink(files.index);
        rmdir(directory);
    }
    free(files.list);
    free(files.certs);
    free(files.index);
    return EXIT_SUCCESS;
}
