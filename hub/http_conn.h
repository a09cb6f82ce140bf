/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * http_conn: the hub's connections: one request at a time in each, read within limits of size and time, answered at
 * once or whenever its holder likes.
 *
 * Built on libevent's bufferevents, which do the TLS. A connection is in one of these states:
 *   head     a request's head is awaited: within HTTP_CONN_HEAD_MS of the accept (TLS handshake and all), or
 *            HTTP_CONN_IDLE_MS of the answer before
 *   body     its body is, within HTTP_CONN_BODY_MS
 *   held     the handler has the request and has not answered. Memory of the request is given back.
 *   stream   a chunked answer goes out, piece by piece
 *   flush    an answer is on its way out, within HTTP_CONN_FLUSH_MS
 *   linger   the client is let read a refusal before its connection ends, though it still sends
 * A limit that is exceeded ends the connection. What a client sends while its request is held ends it, too: none of
 * ours does.
 *
 * Until its client has said who it is (http_conn_known) a connection is a stranger's. There are at most
 * HTTP_CONN_STRANGERS_MAX of those, and HTTP_CONN_HANDSHAKES_MAX whose handshake is under way: so many that each ends
 * in time, also on a busy machine when all nodes come at once. One more ends the oldest that had HTTP_CONN_CHANCE_MS
 * and has said nothing, or nothing since its handshake; so clients that do nothing keep nobody out. Where there is
 * none, the new one waits in the listener's queue (http_conn_set_is_full): a handshake that goes on is never ended
 * for another one, or under pressure none would come to its end.
 *
 * The set owns the connections. A pointer is valid until `gone` was called for a held or streaming connection, and else
 * within the handler's call.
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
    /* A head has come. Returns the most bytes of body that may follow, or -1 when it has refused the request. */
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

/* Takes up an accepted connection and owns fd; ssl (which it owns, too) for HTTP_CONN_TLS. */
void http_conn_accept(struct http_conn_set *set, int fd, enum http_conn_from from, SSL *ssl);

enum http_conn_from http_conn_from(const struct http_conn *conn);
/* The certificate that the client has proved to own, or NULL. Of HTTP_CONN_TLS. The caller frees it. */
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
