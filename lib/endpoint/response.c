/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/response.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

enum { TEXT_SIZE = 1024 };

static const struct {
    int status;
    const char *phrase;
} phrases[] = {
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {507, "Insufficient Storage"},
};

static const char *phrase_of(int status)
{
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        if (phrases[i].status == status) {
            return phrases[i].phrase;
        }
    }
    return "Status"; /* clients read the number */
}

void response_clear(struct response *response)
{
    response->status = 0;
    buffer_clear(&response->headers);
    buffer_clear(&response->body);
}

void response_free(struct response *response)
{
    buffer_free(&response->headers);
    buffer_free(&response->body);
    response->status = 0;
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
    response_clear(response);
    response->status = status;
}

void response_internal_error(struct response *response)
{
    response_text(response, 500, "internal error, see the relay's log\n");
}

void response_format(const struct response *response, bool head, struct buffer *out)
{
    buffer_add_format(out, "Status: %d %s\r\n", response->status, phrase_of(response->status));
    buffer_add(out, response->headers.at, response->headers.len);
    if (response->status != 204) {
        buffer_add_format(out, "Content-Length: %zu\r\n", response->body.len);
    }
    buffer_add_text(out, "\r\n");
    if (!head) {
        buffer_add(out, response->body.at, response->body.len);
    }
}
