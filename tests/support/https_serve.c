/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/https_serve.h"

#include <openssl/pem.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "support/certificate.h"
#include "support/signing.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

static FILE *serve_create(const struct https_serve *server, const char *name)
{
    char *path = xasprintf("%s/%s", server->directory.path, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    free(path);
    return file;
}

static void serve_write_certificate(const struct https_serve *server)
{
    EVP_PKEY *key = signing_ec_key();
    X509 *certificate = certificate_make((const char *const[]){"n1", NULL});
    X509_set_pubkey(certificate, key);
    ASN1_TIME_set(X509_getm_notBefore(certificate), 0);
    ASN1_TIME_set(X509_getm_notAfter(certificate), 86400);
    X509_sign(certificate, key, EVP_sha256());
    FILE *file = serve_create(server, "cert");
    PEM_write_X509(file, certificate);
    fclose(file);
    file = serve_create(server, "key");
    PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static void serve_fork(struct https_serve *server, const char *option)
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
        execl(program, program, "cert", "key", "mode", "log", option, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    ck_assert_int_gt(read(ends[0], line, sizeof line - 1), 0);
    close(ends[0]);
    server->port = atoi(line);
}

void https_serve_start(struct https_serve *server, const char *mode)
{
    server->directory = tmpdir_make();
    serve_write_certificate(server);
    https_serve_mode(server, mode);
    tmpdir_write(server->directory.fd, "log", "");
    serve_fork(server, NULL);
}

static void serve_end(struct https_serve *server)
{
    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
}

void https_serve_restart(struct https_serve *server, const char *option)
{
    serve_end(server);
    serve_fork(server, option);
}

/* Writes the file by rename: the server reads it with each request and must not find it half written. */
void https_serve_mode(struct https_serve *server, const char *mode)
{
    tmpdir_write(server->directory.fd, "mode.new", mode);
    ck_assert_int_eq(renameat(server->directory.fd, "mode.new", server->directory.fd, "mode"), 0);
}

void https_serve_log(const struct https_serve *server, struct buffer *log)
{
    struct err err;
    ck_assert_msg(safe_file_read(server->directory.fd, "log", 1 << 20, log, &err), "%s", err.text);
}

void https_serve_stop(struct https_serve *server)
{
    serve_end(server);
    tmpdir_remove(&server->directory);
}
