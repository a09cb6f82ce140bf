/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http_head.h"

#include <strings.h>

#include "util/ascii.h"

static bool is_token(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (!ascii_is_alphanumeric(c) && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL)) {
            return false;
        }
    }
    return text.len > 0;
}

static bool http_head_names(struct slice name, const char *wanted)
{
    return name.len == strlen(wanted) && strncasecmp(name.at, wanted, name.len) == 0;
}

/* A line without its CRLF; no other control character than a tab may be in it. */
static bool take_line(struct slice *rest, struct slice *line)
{
    const char *end = rest->len > 0 ? memchr(rest->at, '\n', rest->len) : NULL;
    if (end == NULL || end == rest->at || end[-1] != '\r') {
        return false;
    }
    *line = slice_take(rest, (size_t)(end - rest->at) + 1);
    line->len -= 2;
    for (size_t i = 0; i < line->len; i++) {
        if (((unsigned char)line->at[i] < 0x20 && line->at[i] != '\t') || line->at[i] == 0x7f) {
            return false;
        }
    }
    return true;
}

/* ---- the first line ---- */

static enum http_head_method method_of(struct slice word)
{
    return slice_eq_str(word, "GET")    ? HTTP_HEAD_GET
           : slice_eq_str(word, "PUT")  ? HTTP_HEAD_PUT
           : slice_eq_str(word, "POST") ? HTTP_HEAD_POST
                                        : HTTP_HEAD_OTHER;
}

static bool is_target(struct slice target)
{
    for (size_t i = 0; i < target.len; i++) {
        unsigned char c = (unsigned char)target.at[i];
        if (c <= 0x20 || c >= 0x7f) {
            return false;
        }
    }
    return target.len > 0 && target.at[0] == '/';
}

static int parse_first_line(struct http_head *head, struct slice line)
{
    struct slice method = slice_take_until(&line, ' ');
    struct slice target = slice_take_until(&line, ' ');
    if (!is_token(method) || !is_target(target)) {
        return 400;
    }
    if (!slice_eq_str(line, "HTTP/1.1") && !slice_eq_str(line, "HTTP/1.0")) {
        return slice_starts_with(line, "HTTP/") ? 505 : 400;
    }
    head->method = method_of(method);
    head->path = slice_take_until(&target, '?');
    head->query = target;
    head->one_one = slice_eq_str(line, "HTTP/1.1");
    head->keep = head->one_one;
    return 0;
}

/* ---- headers ---- */

/* -1: no length; more than HTTP_HEAD_LENGTH_MAX: that and 1. */
static int64_t body_length_of(struct slice value)
{
    int64_t len = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (!ascii_is_digit(value.at[i])) {
            return -1;
        }
        len = len * 10 + (value.at[i] - '0');
        len = len > HTTP_HEAD_LENGTH_MAX ? INT64_C(1) + HTTP_HEAD_LENGTH_MAX : len;
    }
    return value.len > 0 ? len : -1;
}

static int take_length(struct http_head *head, struct slice value, bool *seen)
{
    int64_t len = body_length_of(value);
    if (len < 0 || (*seen && len != head->body_len)) {
        return 400;
    }
    *seen = true;
    head->body_len = len;
    return len > HTTP_HEAD_LENGTH_MAX ? 413 : 0;
}

static int take_header(struct http_head *head, struct slice name, struct slice value, bool *length_seen)
{
    if (http_head_names(name, "Content-Length")) {
        return take_length(head, value, length_seen);
    }
    if (http_head_names(name, "Transfer-Encoding")) {
        return 501;
    }
    if (http_head_names(name, "Connection")) {
        head->keep = http_head_names(value, "keep-alive") || (head->keep && !http_head_names(value, "close"));
    } else if (http_head_names(name, "Expect")) {
        head->expects_continue = http_head_names(value, "100-continue");
    } else if (http_head_names(name, HTTP_HEAD_CERTIFICATE)) {
        head->certificate = head->certificates++ == 0 ? value : head->certificate;
    }
    return 0;
}

static int parse_header(struct http_head *head, struct slice line, bool *length_seen)
{
    struct slice value = line;
    struct slice name = slice_take_until(&value, ':');
    if (name.len == line.len || !is_token(name)) {
        return 400;
    }
    slice_skip(&value, " \t");
    while (value.len > 0 && (value.at[value.len - 1] == ' ' || value.at[value.len - 1] == '\t')) {
        value.len--;
    }
    return take_header(head, name, value, length_seen);
}

int http_head_parse(struct http_head *head, struct slice text)
{
    struct slice line;
    bool length_seen = false;
    *head = (struct http_head){0};
    int status = take_line(&text, &line) ? parse_first_line(head, line) : 400;
    while (status == 0) {
        if (!take_line(&text, &line)) {
            return 400;
        }
        if (line.len == 0) {
            return text.len == 0 ? 0 : 400;
        }
        status = parse_header(head, line, &length_seen);
    }
    return status;
}
