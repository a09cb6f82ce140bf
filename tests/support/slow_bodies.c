/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * slow_bodies: many TLS clients at once that send a request and then its body a few bytes each second, whatever they
 * are answered: an attacker, or a node on a bad line.
 *
 *     slow_bodies PORT CLIENTS BYTES-A-SECOND REQUEST-FILE [again]
 *
 * Each client sends the bytes of REQUEST-FILE (the head, and what comes at once of the body) to 127.0.0.1:PORT, then
 * BYTES-A-SECOND zeros each second until the server ends the connection. With "again" it then begins anew. Every
 * quarter of a second a line says how it stands, "held N answered N ended N [STATUS xN]...": how many have sent their
 * request and wait, how many answers and ends there have been, and what the statuses were. It runs until it is ended.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUEST_MAX = 64 * 1024 * 1024, STATUS_MAX = 600, LINE_US = 250 * 1000, STACK_SIZE = 256 * 1024 };

static const char *request;
static size_t request_len;
static int port, bytes_a_second;
static bool again;
static SSL_CTX *tls_context;
static atomic_int held, answered, ended, statuses[STATUS_MAX];

static void slow_bodies_die(const char *what)
{
    perror(what);
    exit(1);
}

static int64_t slow_bodies_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int slow_bodies_connect(void)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Takes what the server has sent. False at the end of the connection. */
static bool take_slow_answer(SSL *tls, bool *has_answer)
{
    char answer[4096];
    int got = SSL_read(tls, answer, sizeof answer - 1);
    if (got <= 0) {
        return SSL_get_error(tls, got) == SSL_ERROR_WANT_READ;
    }
    answer[got] = '\0';
    int status = strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0;
    if (!*has_answer && status > 0 && status < STATUS_MAX) {
        *has_answer = true;
        atomic_fetch_add(&answered, 1);
        atomic_fetch_add(&statuses[status], 1);
    }
    return true;
}

/* Sends the body drop by drop until the server ends the connection. */
static void drip(SSL *tls, int fd)
{
    static const char zeros[65536];
    bool has_answer = false;
    int64_t due = slow_bodies_ms() + 1000;
    for (;;) {
        int64_t left = due - slow_bodies_ms();
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (left > 0 && poll(&wait, 1, (int)left) > 0 && !take_slow_answer(tls, &has_answer)) {
            return;
        }
        if (slow_bodies_ms() >= due) {
            due += 1000;
            if (SSL_write(tls, zeros, bytes_a_second) <= 0) {
                return;
            }
        }
    }
}

static void attack_once(void)
{
    int fd = slow_bodies_connect();
    SSL *tls = SSL_new(tls_context);
    if (fd >= 0 && SSL_set_fd(tls, fd) == 1 && SSL_connect(tls) == 1 &&
        SSL_write(tls, request, (int)request_len) == (int)request_len) {
        atomic_fetch_add(&held, 1);
        drip(tls, fd);
        atomic_fetch_sub(&held, 1);
    }
    atomic_fetch_add(&ended, 1);
    SSL_free(tls);
    if (fd >= 0) {
        close(fd);
    }
}

static void *client(void *unused)
{
    (void)unused;
    do {
        attack_once();
    } while (again);
    return NULL;
}

static void read_request(const char *path)
{
    char *bytes = malloc(REQUEST_MAX);
    FILE *file = fopen(path, "rb");
    if (file == NULL || bytes == NULL) {
        slow_bodies_die(path);
    }
    request_len = fread(bytes, 1, REQUEST_MAX, file);
    request = bytes;
    fclose(file);
}

static void start_clients(int count)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    for (int i = 0; i < count; i++) {
        pthread_t thread;
        if (pthread_create(&thread, &attributes, client, NULL) != 0) {
            slow_bodies_die("pthread_create");
        }
    }
}

static void say(void)
{
    printf("held %d answered %d ended %d", held, answered, ended);
    for (int i = 0; i < STATUS_MAX; i++) {
        if (statuses[i] > 0) {
            printf(" %d x%d", i, statuses[i]);
        }
    }
    putchar('\n');
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: slow_bodies PORT CLIENTS BYTES-A-SECOND REQUEST-FILE [again]\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    port = atoi(argv[1]);
    bytes_a_second = atoi(argv[3]);
    again = argc > 5;
    read_request(argv[4]);
    tls_context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_clear_mode(tls_context, SSL_MODE_AUTO_RETRY); /* a session ticket is no answer to wait for more of */
    start_clients(atoi(argv[2]));
    for (;;) {
        say();
        usleep(LINE_US);
    }
}
