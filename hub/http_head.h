/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * http_head: the head of a request, as the hub takes it.
 *
 * Source: RFC 9112. Only what the hub's clients send is accepted: HTTP/1.0 or 1.1, lines that end in CRLF, a target
 * that begins with `/`, a body with a Content-Length. Whatever two programs could read differently is refused: a bare
 * LF or CR, a folded header, white space before a colon, two different lengths, Transfer-Encoding.
 *
 * libevent's evhttp is not used: it has no time limit for a whole head, no limit for the connections of unknown
 * clients, and keeps a few kilobytes for each request that waits.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/slice.h"

enum http_head_method { HTTP_HEAD_GET, HTTP_HEAD_PUT, HTTP_HEAD_POST, HTTP_HEAD_OTHER };

enum { HTTP_HEAD_MAX = 16 << 10 /* bytes */, HTTP_HEAD_LENGTH_MAX = INT32_MAX };

/* The name of the header in which httpd hands on the client's certificate. */
#define HTTP_HEAD_CERTIFICATE "X-Rudder-Client-Certificate"

/* Slices point into the text. */
struct http_head {
    enum http_head_method method;
    struct slice path;  /* as it came, without the query */
    struct slice query; /* without the `?` */
    int64_t body_len;   /* 0 when none is said */
    bool keep;          /* the client may send another request in this connection */
    bool one_one;       /* HTTP/1.1: a chunked answer is understood */
    bool expects_continue;
    size_t certificates;      /* how many HTTP_HEAD_CERTIFICATE there are */
    struct slice certificate; /* the value of the first */
};

/* text: the head, including its empty line. Returns 0, or the status of a refusal: 400, 413, 501, 505. */
int http_head_parse(struct http_head *head, struct slice text);
