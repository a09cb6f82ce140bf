/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * put_tls: uploads files as agents' curl does, each over a TLS connection of its own, several at a time.
 *
 *     put_tls PORT USER:PASSWORD DIRECTORY CONNECTIONS [RATE]
 *
 * PUTs each file of the directory to https://127.0.0.1:PORT/reports/NAME, at most RATE a second (0, the default: as
 * fast as it goes). Prints a line for each: its name, and when its answer was there, in microseconds since 1970. The
 * first answer other than 201 or 204 ends it with status 3. Sessions are not resumed, since each agent is another
 * program.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "bench/bench.h"
#include "util/buffer.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

enum { FILE_MAX = 16 << 20, ANSWER_SIZE = 4096, CONNECTIONS_MAX = 256, STALL_SECONDS = 60 };

struct uploads {
    const char *directory;
    char **names;
    size_t count;
    atomic_size_t next;
    struct sockaddr_in address;
    char *login; /* in base64 */
    SSL_CTX *tls;
    double rate;
    double begin;
    int64_t *answered; /* microseconds since 1970, for each name */
};

static _Noreturn void put_tls_die(const char *what, const char *why)
{
    fprintf(stderr, "put_tls: %s: %s\n", what, why);
    exit(3);
}

static int put_tls_connect(const struct uploads *uploads, const char *name)
{
    struct timeval stall = {.tv_sec = STALL_SECONDS};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &stall, sizeof stall) != 0 ||
        connect(fd, (const struct sockaddr *)&uploads->address, sizeof uploads->address) != 0) {
        put_tls_die(name, "cannot connect");
    }
    return fd;
}

static void put_tls_exchange(const struct uploads *uploads, const char *name, const struct buffer *request,
                             char answer[ANSWER_SIZE])
{
    int fd = put_tls_connect(uploads, name);
    SSL *tls = SSL_new(uploads->tls);
    if (tls == NULL || SSL_set_fd(tls, fd) != 1 || SSL_connect(tls) != 1 ||
        SSL_write(tls, request->at, (int)request->len) != (int)request->len) {
        put_tls_die(name, "TLS failed");
    }
    int got = SSL_read(tls, answer, ANSWER_SIZE - 1);
    answer[got > 0 ? got : 0] = '\0';
    SSL_shutdown(tls);
    SSL_free(tls);
    close(fd);
}

static void put_tls_one(struct uploads *uploads, size_t number)
{
    const char *name = uploads->names[number];
    char *path = xasprintf("%s/%s", uploads->directory, name);
    char answer[ANSWER_SIZE];
    struct buffer body = {0}, request = {0};
    struct err err;
    if (!safe_file_read_followed(path, FILE_MAX, &body, &err)) {
        put_tls_die(name, err.text);
    }
    buffer_add_format(
        &request,
        "PUT /reports/%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic %s\r\nUser-Agent: put_tls\r\n"
        "Accept: */*\r\nContent-Length: %zu\r\n\r\n",
        name, uploads->login, body.len);
    buffer_add(&request, body.at, body.len);
    put_tls_exchange(uploads, name, &request, answer);
    if (strncmp(answer, "HTTP/1.1 201", 12) != 0 && strncmp(answer, "HTTP/1.1 204", 12) != 0) {
        answer[strcspn(answer, "\r\n")] = '\0';
        put_tls_die(name, answer);
    }
    uploads->answered[number] = (int64_t)(bench_clock(CLOCK_REALTIME) * 1e6);
    buffer_free(&request);
    buffer_free(&body);
    free(path);
}

static void put_tls_wait_for_turn(const struct uploads *uploads, size_t number)
{
    double wait = uploads->rate > 0 ? uploads->begin + (double)number / uploads->rate - bench_seconds() : 0;
    if (wait > 0) {
        usleep((useconds_t)(wait * 1e6));
    }
}

static void *put_tls_work(void *context)
{
    struct uploads *uploads = context;
    for (size_t number; (number = atomic_fetch_add(&uploads->next, 1)) < uploads->count;) {
        put_tls_wait_for_turn(uploads, number);
        put_tls_one(uploads, number);
    }
    return NULL;
}

static void list_names(struct uploads *uploads)
{
    DIR *directory = opendir(uploads->directory);
    if (directory == NULL) {
        put_tls_die(uploads->directory, "cannot be read");
    }
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] != '.') {
            uploads->names = xreallocarray(uploads->names, uploads->count + 1, sizeof *uploads->names);
            uploads->names[uploads->count++] = xstrdup(entry->d_name);
        }
    }
    closedir(directory);
    if (uploads->count == 0) {
        put_tls_die(uploads->directory, "there is no file");
    }
    uploads->answered = xcalloc(uploads->count, sizeof *uploads->answered);
}

static char *in_base64(const char *text)
{
    unsigned char *out = xmalloc(strlen(text) * 2 + 4);
    EVP_EncodeBlock(out, (const unsigned char *)text, (int)strlen(text));
    return (char *)out;
}

static void upload_all(struct uploads *uploads, int connections)
{
    pthread_t threads[CONNECTIONS_MAX];
    uploads->begin = bench_seconds();
    for (int i = 0; i < connections; i++) {
        if (pthread_create(&threads[i], NULL, put_tls_work, uploads) != 0) {
            put_tls_die("pthread_create", "no thread");
        }
    }
    for (int i = 0; i < connections; i++) {
        pthread_join(threads[i], NULL);
    }
}

int main(int argc, char **argv)
{
    int connections = argc >= 5 ? atoi(argv[4]) : 0;
    if (argc > 6 || connections < 1 || connections > CONNECTIONS_MAX) {
        fprintf(stderr, "usage: put_tls PORT USER:PASSWORD DIRECTORY CONNECTIONS [RATE]\n");
        return 2;
    }
    struct uploads uploads = {.directory = argv[3],
                              .address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[1]))},
                              .login = in_base64(argv[2]),
                              .tls = SSL_CTX_new(TLS_client_method()),
                              .rate = argc == 6 ? atof(argv[5]) : 0};
    uploads.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    SSL_CTX_set_session_cache_mode(uploads.tls, SSL_SESS_CACHE_OFF);
    list_names(&uploads);
    upload_all(&uploads, connections);
    for (size_t i = 0; i < uploads.count; i++) {
        printf("%s %lld\n", uploads.names[i], (long long)uploads.answered[i]);
        free(uploads.names[i]);
    }
    free(uploads.names);
    free(uploads.answered);
    free(uploads.login);
    SSL_CTX_free(uploads.tls);
    return fflush(stdout) == 0 ? 0 : 3;
}
