/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * http_conn: the hub's connections. Each has one request at a time, which is read within limits of size and time, and
 * is answered at once or later.
 *
 * Built on libevent's bufferevents, which do the TLS. A connection is in one of these states:
 *   head     a request's head is awaited: within HTTP_CONN_HEAD_MS of the accept (TLS handshake and all), or
 *            HTTP_CONN_IDLE_MS of the answer before
 *   body     the request's body is awaited, within HTTP_CONN_BODY_MS
 *   held     the handler has the request and has not answered; the memory of the request is free again
 *   stream   a chunked answer goes out, piece by piece
 *   flush    an answer is on its way out, within HTTP_CONN_FLUSH_MS
 *   linger   a client that still sends gets time to read a refusal before the connection ends
 * A connection that exceeds a limit is ended, and so is one whose client sends something while its request is held:
 * ours do not.
 *
 * Until its client has said who it is (http_conn_known), a connection is a stranger's. There are at most
 * HTTP_CONN_STRANGERS_MAX of those, and at most HTTP_CONN_HANDSHAKES_MAX in a TLS handshake. With more handshakes at
 * once, none would end in time on a busy machine when all nodes connect.
 * When a limit is reached, a new connection ends the oldest stranger that has had HTTP_CONN_CHANCE_MS and has sent
 * nothing, or nothing since its handshake. So clients that do nothing keep nobody out. If there is no such stranger,
 * the new connection waits in the listener's queue (http_conn_set_is_full). A handshake under way is never ended for a
 * new connection, because under pressure none would end then.
 *
 * The set owns the connections. The pointer to a held or streaming one is valid until `gone` was called, and that to
 * any other one during the handler's call.
 */
#pragma once

#include <event2/event.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "http_head.h"
#include "util/slice.h"

enum {
    HTTP_CONN_HEAD_MS = 10 * 1000,
    HTTP_CONN_IDLE_MS = 15 * 1000,
    HTTP_CONN_BODY_MS = 60 * 1000,
    HTTP_CONN_FLUSH_MS = 30 * 1000,
    HTTP_CONN_LINGER_MS = 2 * 1000,
    HTTP_CONN_CHANCE_MS = 3 * 1000,
    HTTP_CONN_STRANGERS_MAX = 1000,
    HTTP_CONN_HANDSHAKES_MAX = 128,
};

enum http_conn_from {
    HTTP_CONN_TLS,   /* a node, by itself */
    HTTP_CONN_PROXY, /* a node, by httpd */
    HTTP_CONN_LOCAL, /* a program of ours */
};

struct http_conn;
struct http_conn_set;

struct http_conn_handler {
    /* A head has come. Returns how many bytes of body may follow, or -1 when the handler has refused the request. */
    int64_t (*begin)(void *context, struct http_conn *conn, const struct http_head *head);
    /* The request is whole: answer, start a stream, or hold it. */
    void (*request)(void *context, struct http_conn *conn, const struct http_head *head, struct slice body);
};

struct http_conn_set *http_conn_set_new(struct event_base *base, const struct http_conn_handler *handler,
                                        void *context);
/* Ends all connections, with `gone` where they are held. Takes NULL. */
void http_conn_set_free(struct http_conn_set *set);
size_t http_conn_set_count(const struct http_conn_set *set);
bool http_conn_set_is_full(const struct http_conn_set *set);

/* Adds an accepted connection. It owns fd, and ssl, which is NULL but for HTTP_CONN_TLS. */
void http_conn_accept(struct http_conn_set *set, int fd, enum http_conn_from from, SSL *ssl);

enum http_conn_from http_conn_from(const struct http_conn *conn);
/* For HTTP_CONN_TLS: the certificate whose key the client has, or NULL. The caller frees it. */
X509 *http_conn_certificate(struct http_conn *conn);

/* The client has said who it is. owner: counts the node's connections until this one ends; may be NULL. */
void http_conn_known(struct http_conn *conn, unsigned *owner);

/* ---- answers ---- */

/* headers: lines with CRLF; "" for none. */
void http_conn_answer(struct http_conn *conn, int status, const char *headers, struct slice body);
/* The same with a line of text, and the connection ends. */
void http_conn_refuse(struct http_conn *conn, int status, const char *headers, const char *text);

struct http_conn_hold {
    void (*due)(void *context);  /* the time is over: answer now */
    void (*gone)(void *context); /* the client is gone, and the connection does not exist any more when it returns */
    void *context;
};

/* From the handler's `request`: it is answered later, at `due` at the latest. hold must last. wait_ms 0: no limit. */
void http_conn_hold(struct http_conn *conn, const struct http_conn_hold *hold, int64_t wait_ms);

/* From the handler's `request`: begins an answer in pieces. `gone` is called if the client goes. */
void http_conn_stream(struct http_conn *conn, const struct http_conn_hold *hold);
void http_conn_send(struct http_conn *conn, struct slice piece);
void http_conn_stream_end(struct http_conn *conn);
size_t http_conn_pending(const struct http_conn *conn); /* bytes that the client has not taken yet */
