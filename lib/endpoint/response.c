/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/response.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/http_phrase.h"

enum { TEXT_SIZE = 1024 };
/* A piece of this size fits into a socket that polls writable, so sending it does not block. */
enum { PIECE_SIZE = 32 * 1024 };

static void detach(struct response *response)
{
    if (response_has_file(response)) {
        close(response->file.fd);
    }
    response->file = (struct response_file){0};
}

void response_begin(struct response *response, bool head, const struct response_sink *sink)
{
    detach(response);
    response_empty(response, 0);
    response->head = head;
    response->started = false;
    response->offloaded = false;
    response->gone = false;
    response->sink = sink;
}

void response_free(struct response *response)
{
    detach(response);
    buffer_free(&response->headers);
    buffer_free(&response->body);
    *response = (struct response){0};
}

void response_header(struct response *response, const char *name, const char *value)
{
    size_t len = 0;
    while ((unsigned char)value[len] >= ' ' && value[len] != 0x7f) {
        len++;
    }
    buffer_add_format(&response->headers, "%s: %.*s\r\n", name, (int)len, value);
}

void response_text(struct response *response, int status, const char *format, ...)
{
    char text[TEXT_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    response_empty(response, status);
    response_header(response, "Content-Type", "text/plain; charset=utf-8");
    buffer_add_text(&response->body, text);
}

void response_empty(struct response *response, int status)
{
    buffer_clear(&response->headers);
    buffer_clear(&response->body);
    response->status = status;
}

void response_internal_error(struct response *response)
{
    response_text(response, 500, "internal error, see the relay's log\n");
}

void response_no_space(struct response *response)
{
    response_text(response, 507, "the relay has too little free space\n");
}

/* May the answer have a body? 204 and 304 have none, and no Content-Length (RFC 9110 sections 15.3.5 and 15.4.5). */
static bool may_have_body(const struct response *response)
{
    return response->status != 204 && response->status != 304;
}

static void format_head(const struct response *response, int64_t length, struct buffer *out)
{
    buffer_add_format(out, "Status: %d %s\r\n", response->status, http_phrase(response->status));
    buffer_add(out, response->headers.at, response->headers.len);
    if (length >= 0 && may_have_body(response)) {
        buffer_add_format(out, "Content-Length: %" PRId64 "\r\n", length);
    }
    buffer_add_text(out, "\r\n");
}

bool response_start(struct response *response, int64_t length)
{
    response->started = true;
    if (response->sink != NULL) {
        struct buffer head = {0};
        format_head(response, length, &head);
        response->gone = !response->sink->send(response->sink->context, head.at, head.len);
        buffer_free(&head);
    }
    return !response->gone;
}

bool response_send(struct response *response, const char *bytes, size_t len)
{
    if (response->gone) {
        return false;
    }
    if (response->head) {
        return true;
    }
    if (response->sink == NULL) {
        buffer_add(&response->body, bytes, len);
        return true;
    }
    response->gone = !response->sink->send(response->sink->context, bytes, len);
    return !response->gone;
}

void response_attach(struct response *response, int fd, off_t from, int64_t length)
{
    response->file = (struct response_file){.fd = fd, .from = from, .length = length};
}

bool response_has_file(const struct response *response)
{
    return response->file.fd > 0;
}

static enum response_sent cut(const struct response_file *file, const char *why, struct err *err)
{
    err_set(err, "%s after %" PRId64 " of %" PRId64 " bytes", why, file->sent, file->length);
    return RESPONSE_CUT;
}

enum response_sent response_send_piece(struct response *response, struct err *err)
{
    struct response_file *file = &response->file;
    char piece[PIECE_SIZE];
    int64_t left = file->length - file->sent;
    if (response->gone) {
        return cut(file, "the client went away", err);
    }
    if (left == 0 || response->head) {
        return RESPONSE_SENT;
    }
    size_t wanted = left < PIECE_SIZE ? (size_t)left : PIECE_SIZE;
    ssize_t got = TEMP_FAILURE_RETRY(pread(file->fd, piece, wanted, file->from + file->sent));
    if (got < 0) {
        return cut(file, strerror(errno), err);
    }
    if (got == 0) {
        return cut(file, "the file became shorter", err);
    }
    if (response_send(response, piece, (size_t)got)) {
        file->sent += got;
    }
    return RESPONSE_MORE;
}

bool response_is_slow(const struct response *response, int64_t patient)
{
    struct pollfd wait = {.fd = response_connection(response), .events = POLLOUT};
    int64_t left = patient - clock_ms();
    return poll(&wait, 1, left > 0 ? (int)left : 0) == 0;
}

int response_connection(const struct response *response)
{
    return response->sink != NULL ? response->sink->connection(response->sink->context) : -1;
}

void response_format(const struct response *response, struct buffer *out)
{
    format_head(response, (int64_t)response->body.len + response->file.length, out);
    if (!response->head) {
        buffer_add(out, response->body.at, response->body.len);
    }
}
