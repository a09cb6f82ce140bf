/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * made_server: a real TLS server for a unit test: tests/support/https_server, which says what the modes are.
 */
#ifndef RELAY_TESTS_MADE_SERVER_H
#define RELAY_TESTS_MADE_SERVER_H

#include <check.h>
#include <openssl/pem.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/certificate.h"
#include "support/tmpdir.h"
#include "util/safe_file.h"

struct made_server {
    struct tmpdir directory; /* cert, key, mode, log */
    pid_t pid;
    int port;
};

/* A certificate of 1970, expired, self-signed, for nobody's name. */
static inline void made_server_write_certificate(const struct tmpdir *directory)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    EVP_PKEY *key = NULL;
    EVP_PKEY_keygen_init(context);
    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1);
    EVP_PKEY_keygen(context, &key);
    EVP_PKEY_CTX_free(context);
    X509 *certificate = certificate_make((const char *const[]){"n1", NULL});
    X509_set_pubkey(certificate, key);
    ASN1_TIME_set(X509_getm_notBefore(certificate), 0);
    ASN1_TIME_set(X509_getm_notAfter(certificate), 86400);
    X509_sign(certificate, key, EVP_sha256());
    char *path = xasprintf("%s/cert", directory->path);
    FILE *file = fopen(path, "w");
    PEM_write_X509(file, certificate);
    fclose(file);
    free(path);
    path = xasprintf("%s/key", directory->path);
    file = fopen(path, "w");
    PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    fclose(file);
    free(path);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

/* more: one more argument, or NULL. */
static inline void made_server_run(struct made_server *server, const char *more)
{
    int ends[2];
    char line[16] = "";
    ck_assert_int_eq(pipe(ends), 0);
    server->pid = fork();
    if (server->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], 1);
        char *program = xasprintf("%s/tests/support/https_server", getenv("top_builddir"));
        ck_assert_int_eq(chdir(server->directory.path), 0);
        execl(program, program, "cert", "key", "mode", "log", more, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    ck_assert_int_gt(read(ends[0], line, sizeof line - 1), 0);
    close(ends[0]);
    server->port = atoi(line);
}

static inline void made_server_kill(const struct made_server *server)
{
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
}

static inline struct made_server made_server_start(const char *mode)
{
    struct made_server server = {.directory = tmpdir_make()};
    made_server_write_certificate(&server.directory);
    tmpdir_write(server.directory.fd, "mode", mode);
    tmpdir_write(server.directory.fd, "log", "");
    made_server_run(&server, NULL);
    return server;
}

static inline void made_server_stop(struct made_server *server)
{
    made_server_kill(server);
    tmpdir_remove(&server->directory);
}

/* What was asked so far. */
static inline void made_server_read_log(const struct made_server *server, struct buffer *log)
{
    struct err err = {0};
    buffer_clear(log);
    ck_assert_msg(safe_file_read(server->directory.fd, "log", 1 << 20, log, &err), "%s", err.text);
    (void)buffer_cstr(log);
}

#endif
