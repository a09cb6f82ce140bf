/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http_conn_private.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

#include "util/http_phrase.h"

enum { LINE_SIZE = 512 };

/* ---- answers ---- */

static void write_head(struct http_conn *conn, int status, const char *headers)
{
    char line[LINE_SIZE];
    int len = snprintf(line, sizeof line, "HTTP/1.1 %d %s\r\n%s", status, http_phrase(status),
                       conn->keep ? "" : "Connection: close\r\n");
    bufferevent_write(conn->bev, line, (size_t)len);
    bufferevent_write(conn->bev, headers, strlen(headers));
}

void http_conn_answer(struct http_conn *conn, int status, const char *headers, struct slice body)
{
    char line[LINE_SIZE];
    conn->hold = NULL;
    conn->keep = conn->keep && !conn->unread;
    write_head(conn, status, headers);
    int len = status == 204 ? snprintf(line, sizeof line, "\r\n")
                            : snprintf(line, sizeof line, "Content-Length: %zu\r\n\r\n", body.len);
    bufferevent_write(conn->bev, line, (size_t)len);
    bufferevent_write(conn->bev, body.at, body.len);
    http_conn_enter(conn, CONN_FLUSH, HTTP_CONN_FLUSH_MS);
}

void http_conn_refuse(struct http_conn *conn, int status, const char *headers, const char *text)
{
    char line[LINE_SIZE];
    int len = snprintf(line, sizeof line, "%s\n", text);
    len = len < (int)sizeof line ? len : (int)sizeof line - 1;
    conn->keep = false;
    http_conn_answer(conn, status, headers, (struct slice){line, (size_t)len});
}

void http_conn_hold(struct http_conn *conn, const struct http_conn_hold *hold, int64_t wait_ms)
{
    conn->hold = hold;
    http_conn_enter(conn, CONN_HELD, wait_ms);
}

void http_conn_stream(struct http_conn *conn, const struct http_conn_hold *hold)
{
    conn->hold = hold;
    conn->keep = false;
    write_head(conn, 200, "Content-Type: text/plain; charset=utf-8\r\n");
    static const char chunked[] = "Transfer-Encoding: chunked\r\n\r\n";
    bufferevent_write(conn->bev, chunked, sizeof chunked - 1);
    http_conn_enter(conn, CONN_STREAM, 0);
}

void http_conn_send(struct http_conn *conn, struct slice piece)
{
    char line[LINE_SIZE];
    if (piece.len > 0) {
        int len = snprintf(line, sizeof line, "%zx\r\n", piece.len);
        bufferevent_write(conn->bev, line, (size_t)len);
        bufferevent_write(conn->bev, piece.at, piece.len);
        bufferevent_write(conn->bev, "\r\n", 2);
    }
}

void http_conn_stream_end(struct http_conn *conn)
{
    conn->hold = NULL;
    bufferevent_write(conn->bev, "0\r\n\r\n", 5);
    http_conn_enter(conn, CONN_FLUSH, HTTP_CONN_FLUSH_MS);
}

size_t http_conn_pending(const struct http_conn *conn)
{
    return evbuffer_get_length(bufferevent_get_output(conn->bev));
}
