/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * https_server: a small real TLS server that misbehaves as it is told, for what no httpd can be brought to do.
 *
 *     https_server CERTIFICATE KEY MODE-FILE REQUEST-LOG [tls1.2]
 *
 * It listens on a free port of 127.0.0.1, prints it, and serves until it is ended, a process a connection. What it does
 * with a request stands in the first line of MODE-FILE, read anew each time:
 *
 *     <status> [HEADER...]   takes the body, answers that, and keeps the connection
 *     echo                   200 and the body of the request
 *     garbage                takes the body, answers what is no HTTP
 *     hang                   takes the body and says nothing
 *     cut                    takes some bytes, then closes the connection
 *     half                   announces 1000 bytes, sends 10, closes the connection
 *     torn                   200, and closes the connection in the middle of the answer's head
 *     endless                200 and bytes for ever
 *     slowly                 200, to a PUT 201, and three lines, half a second between them
 *     bytes FILE             what stands in the file, status line and all, then closes the connection
 *     store FILE             204, and the body is appended to the file
 *
 * Lines behind the first, `TEXT MODE`, are for requests with that text in their head, the first that fits.
 *
 * REQUEST-LOG gets a line for each request: process, request line, user and password in base64, bytes of the body, and,
 * if the request tells it, when the sender took the file (Rudder-Relay-Received). Not a mock: it speaks TLS by the same
 * library as everybody.
 */
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/buffer.h"

enum { HEAD_MAX = 16384 };

static const char *mode_file, *request_log;

static void https_server_die(const char *what)
{
    perror(what);
    exit(1);
}

/* Of a process that serves one. Without exit's last acts: a sanitizer would look for leaks, and the test may kill us
 * meanwhile, which it complains of. */
static _Noreturn void end_connection(void)
{
    _exit(0);
}

static void https_send(SSL *tls, const char *bytes, size_t len)
{
    if (len > 0 && SSL_write(tls, bytes, (int)len) <= 0) {
        end_connection();
    }
}

static void send_text(SSL *tls, const char *text)
{
    https_send(tls, text, strlen(text));
}

/* The head of a request, up to its empty line. */
static void https_server_read_head(SSL *tls, char head[HEAD_MAX])
{
    size_t len = 0;
    while (len < 4 || memcmp(head + len - 4, "\r\n\r\n", 4) != 0) {
        if (len + 1 >= HEAD_MAX || SSL_read(tls, head + len, 1) <= 0) {
            end_connection();
        }
        len++;
    }
    head[len] = '\0';
}

static const char *header(const char *head, const char *name)
{
    const char *at = strcasestr(head, name);
    return at != NULL ? at + strlen(name) : "";
}

static void log_request(const char *head, size_t body_len)
{
    FILE *file = fopen(request_log, "a");
    const char *login = header(head, "\r\nAuthorization: Basic ");
    const char *received = header(head, "\r\nRudder-Relay-Received: ");
    if (file == NULL) {
        https_server_die(request_log);
    }
    fprintf(file, "%d %.*s login=%.*s body=%zu%s%.*s\n", (int)getpid(), (int)strcspn(head, "\r"), head,
            (int)strcspn(login, "\r"), login, body_len, received[0] != '\0' ? " received=" : "",
            (int)strcspn(received, "\r"), received);
    fclose(file);
}

static void https_server_read_body(SSL *tls, const char *head, size_t most, struct buffer *body)
{
    size_t left = strtoul(header(head, "\r\nContent-Length: "), NULL, 10);
    if (strcasestr(head, "\r\nExpect: 100-continue") != NULL) {
        send_text(tls, "HTTP/1.1 100 Continue\r\n\r\n");
    }
    left = left < most ? left : most;
    while (left > 0) {
        int len = SSL_read(tls, buffer_reserve(body, left), (int)left);
        if (len <= 0) {
            end_connection();
        }
        body->len += (size_t)len;
        left -= (size_t)len;
    }
}

static void answer_status(SSL *tls, const char *mode, bool head_only)
{
    char answer[1024];
    int len = (int)strcspn(mode, " ");
    const char *more = mode[len] != '\0' ? mode + len + 1 : "";
    bool empty = strncmp(mode, "204", 3) == 0 || head_only;
    snprintf(answer, sizeof answer, "HTTP/1.1 %.*s Said So\r\n%s%sContent-Length: %d\r\n\r\n%s", len, mode, more,
             more[0] != '\0' ? "\r\n" : "", empty ? 0 : 5, empty ? "" : "said\n");
    send_text(tls, answer);
}

static void https_send_file(SSL *tls, const char *path)
{
    char bytes[4096];
    size_t len;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        https_server_die(path);
    }
    while ((len = fread(bytes, 1, sizeof bytes, file)) > 0) {
        https_send(tls, bytes, len);
    }
    fclose(file);
}

static void store_body(const char *path, const struct buffer *body)
{
    FILE *file = fopen(path, "a");
    if (file == NULL || fwrite(body->at, 1, body->len, file) != body->len || fclose(file) != 0) {
        https_server_die(path);
    }
}

/* False when the connection is to be closed. */
static bool https_server_answer(SSL *tls, const char *mode, const char *head, const struct buffer *body)
{
    if (strcmp(mode, "hang") == 0) {
        pause();
    } else if (strcmp(mode, "garbage") == 0) {
        send_text(tls, "220 mail.example.com ESMTP ready\r\n\r\n");
    } else if (strcmp(mode, "half") == 0) {
        send_text(tls, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789");
    } else if (strcmp(mode, "torn") == 0) {
        send_text(tls, "HTTP/1.1 200 OK\r\nContent-Len");
    } else if (strcmp(mode, "endless") == 0) {
        for (send_text(tls, "HTTP/1.1 200 OK\r\n\r\n");;) {
            send_text(tls, "and so on, and so on, and so on, and so on, and so on, and so on, and so on, and so on\n");
        }
    } else if (strcmp(mode, "slowly") == 0) {
        bool put = strncmp(head, "PUT ", 4) == 0;
        send_text(tls, put ? "HTTP/1.1 201 Created\r\n" : "HTTP/1.1 200 OK\r\n");
        send_text(tls, "Content-Length: 12\r\n\r\none\n");
        usleep(500000);
        send_text(tls, "two\n");
        usleep(500000);
        send_text(tls, "six\n");
        return true;
    } else if (strcmp(mode, "echo") == 0) {
        char start[100];
        snprintf(start, sizeof start, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", body->len);
        send_text(tls, start);
        https_send(tls, body->at, body->len);
        return true;
    } else if (strncmp(mode, "bytes ", 6) == 0) {
        https_send_file(tls, mode + 6);
    } else if (strncmp(mode, "store ", 6) == 0) {
        store_body(mode + 6, body);
        answer_status(tls, "204", false);
        return true;
    } else if (strcmp(mode, "cut") != 0) {
        answer_status(tls, mode, strncmp(head, "HEAD", 4) == 0);
        return true;
    }
    return false;
}

static void read_mode(const char *head, char mode[256])
{
    char line[256];
    FILE *file = fopen(mode_file, "r");
    if (file == NULL || fgets(mode, 256, file) == NULL) {
        https_server_die(mode_file);
    }
    while (fgets(line, sizeof line, file) != NULL) {
        size_t len = strcspn(line, " ");
        if (memmem(head, strlen(head), line, len) != NULL && line[len] == ' ') {
            memmove(mode, line + len + 1, sizeof line - len - 1);
            break;
        }
    }
    fclose(file);
    mode[strcspn(mode, "\n")] = '\0';
}

static void https_server_serve(SSL *tls)
{
    static char head[HEAD_MAX];
    char mode[256];
    bool go_on = SSL_accept(tls) > 0;
    while (go_on) {
        struct buffer body = {0};
        https_server_read_head(tls, head);
        read_mode(head, mode);
        https_server_read_body(tls, head, strcmp(mode, "cut") == 0 ? 100 : SIZE_MAX, &body);
        log_request(head, body.len);
        go_on = https_server_answer(tls, mode, head, &body);
        buffer_free(&body);
    }
    SSL_shutdown(tls);
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 64) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        https_server_die("listen");
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

int main(int argc, char **argv)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (argc < 5 || SSL_CTX_use_certificate_chain_file(context, argv[1]) <= 0 ||
        SSL_CTX_use_PrivateKey_file(context, argv[2], SSL_FILETYPE_PEM) <= 0) {
        fprintf(stderr, "usage: https_server CERTIFICATE KEY MODE-FILE REQUEST-LOG [tls1.2]\n");
        return 2;
    }
    if (argc > 5) {
        SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    }
    mode_file = argv[3];
    request_log = argv[4];
    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    int listener = listen_somewhere();
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0 && fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            close(listener);
            SSL *tls = SSL_new(context);
            SSL_set_fd(tls, fd);
            https_server_serve(tls);
            end_connection();
        }
        close(fd);
    }
}
