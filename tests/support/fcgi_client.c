/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fcgi_client: what httpd would never send: one PUT to a FastCGI program's socket (FastCGI specification 1.0) with a
 * body that is shorter or longer than announced, that stops, or that breaks off.
 *
 *     fcgi_client SOCKET PATH[?QUERY] ANNOUNCED SENT ENDING [FILE]
 *
 * ENDING: end (the body ends properly), break (the connection is closed), leave (the body ends properly, and the
 * connection is closed at once), or a number of seconds to wait in the middle. The body is zeros, or the beginning of
 * the file. Prints what the program answers.
 *
 *     fcgi_client SOCKET raw <BYTES
 *
 * Sends what need be no record at all, and waits for the end of the connection.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { BEGIN_REQUEST = 1, END_REQUEST = 3, PARAMS = 4, STDIN = 5, STDOUT = 6, RESPONDER = 1, HEADER_LEN = 8,
      MOST = 65535 };

static void fcgi_client_fail(const char *what)
{
    perror(what);
    exit(1);
}

static void fcgi_client_write_all(int fd, const void *bytes, size_t len)
{
    for (const char *at = bytes; len > 0;) {
        ssize_t wrote = send(fd, at, len, MSG_NOSIGNAL);
        if (wrote <= 0) {
            fcgi_client_fail("send");
        }
        at += wrote;
        len -= (size_t)wrote;
    }
}

static void send_record(int fd, unsigned char type, const void *content, size_t len)
{
    const unsigned char header[HEADER_LEN] = {1, type, 0, 1, (unsigned char)(len >> 8), (unsigned char)len, 0, 0};
    fcgi_client_write_all(fd, header, sizeof header);
    fcgi_client_write_all(fd, content, len);
}

/* Names and values here are shorter than 128 bytes, or else have a length of four bytes. */
static size_t put_length(unsigned char *out, size_t len)
{
    if (len < 128) {
        out[0] = (unsigned char)len;
        return 1;
    }
    const unsigned char bytes[] = {(unsigned char)(len >> 24 | 128), (unsigned char)(len >> 16),
                                   (unsigned char)(len >> 8), (unsigned char)len};
    memcpy(out, bytes, sizeof bytes);
    return sizeof bytes;
}

static void send_param(int fd, const char *name, const char *value)
{
    unsigned char out[2048];
    size_t name_len = strlen(name);
    size_t value_len = strlen(value);
    if (name_len + value_len + 8 > sizeof out) {
        exit(2);
    }
    size_t at = put_length(out, name_len);
    at += put_length(out + at, value_len);
    memcpy(out + at, name, name_len);
    memcpy(out + at + name_len, value, value_len);
    send_record(fd, PARAMS, out, at + name_len + value_len);
}

static void send_body(int fd, size_t len, FILE *file)
{
    static char bytes[MOST];
    while (len > 0) {
        size_t piece = len < sizeof bytes ? len : sizeof bytes;
        if (file != NULL && fread(bytes, 1, piece, file) != piece) {
            fcgi_client_fail("the file is shorter than what is to be sent");
        }
        send_record(fd, STDIN, bytes, piece);
        len -= piece;
    }
}

static bool fcgi_client_read_all(int fd, void *into, size_t len)
{
    for (char *at = into; len > 0;) {
        ssize_t got = read(fd, at, len);
        if (got <= 0) {
            return false;
        }
        at += got;
        len -= (size_t)got;
    }
    return true;
}

static void print_answer(int fd)
{
    unsigned char header[HEADER_LEN];
    while (fcgi_client_read_all(fd, header, sizeof header) && header[1] != END_REQUEST) {
        static char content[MOST + 256];
        size_t len = (size_t)header[4] << 8 | header[5];
        if (!fcgi_client_read_all(fd, content, len + header[6])) {
            return;
        }
        if (header[1] == STDOUT) {
            fwrite(content, 1, len, stdout);
        }
    }
}

static int fcgi_client_connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (strlen(path) >= sizeof address.sun_path) {
        exit(2);
    }
    memcpy(address.sun_path, path, strlen(path));
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        fcgi_client_fail(path);
    }
    return fd;
}

/* The program may close before it has read all, so nothing here is a failure. */
static int send_raw(int fd)
{
    static char bytes[MOST];
    size_t len;
    while ((len = fread(bytes, 1, sizeof bytes, stdin)) > 0 && send(fd, bytes, len, MSG_NOSIGNAL) > 0) {
    }
    shutdown(fd, SHUT_WR);
    while (read(fd, bytes, sizeof bytes) > 0) {
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[2], "raw") == 0) {
        return send_raw(fcgi_client_connect_to(argv[1]));
    }
    FILE *file = argc == 7 ? fopen(argv[6], "r") : NULL;
    if (argc < 6 || argc > 7 || (argc == 7 && file == NULL)) {
        fprintf(stderr, "usage: fcgi_client SOCKET PATH[?QUERY] ANNOUNCED SENT end|break|leave|SECONDS [FILE]\n"
                        "       fcgi_client SOCKET raw\n");
        return 2;
    }
    int fd = fcgi_client_connect_to(argv[1]);
    send_record(fd, BEGIN_REQUEST, (const unsigned char[]){0, RESPONDER, 0, 0, 0, 0, 0, 0}, 8);
    send_param(fd, "REQUEST_METHOD", "PUT");
    char *query = strchr(argv[2], '?');
    if (query != NULL) {
        *query = '\0';
        send_param(fd, "QUERY_STRING", query + 1);
    }
    send_param(fd, "SCRIPT_NAME", argv[2]);
    if (argv[3][0] != '\0') {
        send_param(fd, "CONTENT_LENGTH", argv[3]);
    }
    send_record(fd, PARAMS, "", 0);
    size_t len = strtoul(argv[4], NULL, 10);
    send_body(fd, len / 2, file);
    sleep((unsigned)strtoul(argv[5], NULL, 10)); /* 0 for a word */
    send_body(fd, len - len / 2, file);
    if (strcmp(argv[5], "break") == 0) {
        return 0;
    }
    send_record(fd, STDIN, "", 0);
    if (strcmp(argv[5], "leave") != 0) {
        print_answer(fd);
    }
    return 0;
}
