/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http_conn_private.h"

#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "util/clock.h"
#include "util/xmalloc.h"

TAILQ_HEAD(conn_list, http_conn);

struct http_conn_set {
    struct event_base *base;
    const struct http_conn_handler *handler;
    void *context;
    struct conn_list strangers; /* oldest first */
    struct conn_list all_known;
    size_t stranger_count;
    size_t handshakes; /* of them */
    size_t count;
};

struct http_conn_set *http_conn_set_new(struct event_base *base, const struct http_conn_handler *handler, void *context)
{
    struct http_conn_set *set = xcalloc(1, sizeof *set);
    set->base = base;
    set->handler = handler;
    set->context = context;
    TAILQ_INIT(&set->strangers);
    TAILQ_INIT(&set->all_known);
    return set;
}

size_t http_conn_set_count(const struct http_conn_set *set)
{
    return set->count;
}

static bool is_at_limit(const struct http_conn_set *set)
{
    return set->stranger_count >= HTTP_CONN_STRANGERS_MAX || set->handshakes >= HTTP_CONN_HANDSHAKES_MAX;
}

/* Has the client sent nothing yet? What it has sent and nobody has read counts. */
static bool is_silent(const struct http_conn *conn)
{
    SSL *ssl = bufferevent_openssl_get_ssl(conn->bev);
    int unread = 0;
    ioctl(bufferevent_getfd(conn->bev), FIONREAD, &unread);
    return (ssl == NULL || SSL_in_before(ssl)) && unread == 0;
}

/* The oldest stranger that may be ended to make room; NULL: there is none. */
static struct http_conn *idle_stranger(const struct http_conn_set *set)
{
    const int64_t before_ms = clock_ms() - HTTP_CONN_CHANCE_MS;
    struct http_conn *conn;
    TAILQ_FOREACH(conn, &set->strangers, link)
    {
        if (conn->accepted_ms > before_ms) {
            break;
        }
        if (!conn->handshaking || is_silent(conn)) {
            return conn;
        }
    }
    return NULL;
}

bool http_conn_set_is_full(const struct http_conn_set *set)
{
    return is_at_limit(set) && idle_stranger(set) == NULL;
}

/* ---- the end ---- */

static void take_out_of_list(struct http_conn *conn)
{
    struct http_conn_set *set = conn->set;
    if (conn->known) {
        TAILQ_REMOVE(&set->all_known, conn, link);
    } else {
        TAILQ_REMOVE(&set->strangers, conn, link);
        set->stranger_count--;
    }
}

static void forget_request(struct http_conn *conn)
{
    free(conn->head_text);
    conn->head_text = NULL;
    conn->head = (struct http_head){0};
}

static void end_handshake(struct http_conn *conn)
{
    conn->set->handshakes -= conn->handshaking;
    conn->handshaking = false;
}

static void conn_free(struct http_conn *conn)
{
    const struct http_conn_hold *hold = conn->hold;
    take_out_of_list(conn);
    end_handshake(conn);
    conn->set->count--;
    if (conn->owner != NULL) {
        (*conn->owner)--;
    }
    event_del(&conn->deadline);
    bufferevent_free(conn->bev);
    forget_request(conn);
    free(conn);
    ERR_clear_error();
    if (hold != NULL) {
        hold->gone(hold->context);
    }
}

void http_conn_set_free(struct http_conn_set *set)
{
    if (set == NULL) {
        return;
    }
    while (!TAILQ_EMPTY(&set->strangers)) {
        conn_free(TAILQ_FIRST(&set->strangers));
    }
    while (!TAILQ_EMPTY(&set->all_known)) {
        conn_free(TAILQ_FIRST(&set->all_known));
    }
    free(set);
}

/* ---- states ---- */

void http_conn_enter(struct http_conn *conn, enum http_conn_state state, int64_t within_ms)
{
    conn->state = state;
    if (within_ms > 0) {
        const struct timeval limit = {.tv_sec = within_ms / 1000, .tv_usec = within_ms % 1000 * 1000};
        event_add(&conn->deadline, &limit);
    } else {
        event_del(&conn->deadline);
    }
}

static struct evbuffer *input_of(const struct http_conn *conn)
{
    return bufferevent_get_input(conn->bev);
}

/* Gives back what the buffer keeps, too. */
static void drop_input(const struct http_conn *conn, size_t len)
{
    evbuffer_drain(input_of(conn), len);
}

static void begin_body(struct http_conn *conn)
{
    int64_t most = conn->set->handler->begin(conn->set->context, conn, &conn->head);
    if (most < 0) {
        return;
    }
    if (conn->head.body_len > most) {
        http_conn_refuse(conn, 413, "", "the body is too large");
        return;
    }
    if (conn->head.expects_continue && conn->head.body_len > 0) {
        static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
        bufferevent_write(conn->bev, go_on, sizeof go_on - 1);
    }
    bufferevent_setwatermark(conn->bev, EV_READ, 0, HTTP_HEAD_MAX + (size_t)conn->head.body_len);
    http_conn_enter(conn, CONN_BODY, HTTP_CONN_BODY_MS);
}

static void read_request_head(struct http_conn *conn)
{
    struct evbuffer *input = input_of(conn);
    const struct evbuffer_ptr end = evbuffer_search(input, "\r\n\r\n", 4, NULL);
    if (end.pos < 0 || end.pos + 4 > HTTP_HEAD_MAX) {
        if (end.pos >= 0 || evbuffer_get_length(input) >= HTTP_HEAD_MAX) {
            conn->keep = false;
            conn->unread = true;
            http_conn_refuse(conn, 431, "", "the head is too large");
        }
        return;
    }
    size_t len = (size_t)end.pos + 4;
    conn->head_text = xmalloc(len);
    evbuffer_remove(input, conn->head_text, len);
    int status = http_head_parse(&conn->head, (struct slice){conn->head_text, len});
    conn->keep = status == 0 && conn->head.keep;
    conn->unread = status != 0 || conn->head.body_len > 0;
    if (status != 0) {
        http_conn_refuse(conn, status, "", "this is no request that the hub takes");
    } else {
        begin_body(conn);
    }
}

static void read_body(struct http_conn *conn)
{
    struct evbuffer *input = input_of(conn);
    size_t len = (size_t)conn->head.body_len;
    if (evbuffer_get_length(input) < len) {
        return;
    }
    const char *at = len > 0 ? (const char *)evbuffer_pullup(input, (ev_ssize_t)len) : "";
    conn->unread = false;
    http_conn_enter(conn, CONN_HELD, 0);
    conn->set->handler->request(conn->set->context, conn, &conn->head, (struct slice){at, len});
    drop_input(conn, len);
    forget_request(conn);
}

static void take_input(struct http_conn *conn)
{
    if (conn->state == CONN_HEAD && evbuffer_get_length(input_of(conn)) > 0) {
        read_request_head(conn);
    }
    if (conn->state == CONN_BODY) {
        read_body(conn);
    }
}

static void on_read(struct bufferevent *bev, void *context)
{
    struct http_conn *conn = context;
    (void)bev;
    switch (conn->state) {
    case CONN_HEAD:
    case CONN_BODY:
        take_input(conn);
        break;
    case CONN_HELD:
    case CONN_STREAM:
        conn_free(conn);
        break;
    case CONN_FLUSH:
        break; /* it is taken up when the answer is out */
    case CONN_LINGER:
        drop_input(conn, evbuffer_get_length(input_of(conn)));
        break;
    }
}

static void end_politely(struct http_conn *conn)
{
    SSL *ssl = bufferevent_openssl_get_ssl(conn->bev);
    if (ssl != NULL) {
        SSL_shutdown(ssl);
        ERR_clear_error();
    }
    if (!conn->unread) {
        conn_free(conn);
        return;
    }
    shutdown(bufferevent_getfd(conn->bev), SHUT_WR);
    drop_input(conn, evbuffer_get_length(input_of(conn)));
    http_conn_enter(conn, CONN_LINGER, HTTP_CONN_LINGER_MS);
}

static void on_written(struct bufferevent *bev, void *context)
{
    struct http_conn *conn = context;
    if (conn->state != CONN_FLUSH || evbuffer_get_length(bufferevent_get_output(bev)) > 0) {
        return;
    }
    if (!conn->keep) {
        end_politely(conn);
        return;
    }
    http_conn_enter(conn, CONN_HEAD, conn->known ? HTTP_CONN_IDLE_MS : HTTP_CONN_HEAD_MS);
    bufferevent_setwatermark(bev, EV_READ, 0, HTTP_HEAD_MAX);
    take_input(conn);
}

static void on_event(struct bufferevent *bev, short what, void *context)
{
    struct http_conn *conn = context;
    (void)bev;
    if ((what & BEV_EVENT_CONNECTED) != 0) {
        end_handshake(conn);
    }
    if ((what & (BEV_EVENT_EOF | BEV_EVENT_ERROR | BEV_EVENT_TIMEOUT)) != 0) {
        conn_free(conn);
    }
}

static void on_deadline(evutil_socket_t fd, short what, void *context)
{
    struct http_conn *conn = context;
    (void)fd;
    (void)what;
    if (conn->state == CONN_HELD && conn->hold != NULL) {
        conn->hold->due(conn->hold->context);
    } else {
        conn_free(conn);
    }
}

/* ---- the beginning ---- */

void http_conn_accept(struct http_conn_set *set, int fd, enum http_conn_from from, SSL *ssl)
{
    const int options = BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS;
    struct bufferevent *bev =
        ssl != NULL ? bufferevent_openssl_socket_new(set->base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING, options)
                    : bufferevent_socket_new(set->base, fd, options);
    if (bev == NULL) {
        abort(); /* out of memory, see xmalloc.h */
    }
    if (ssl != NULL) {
        bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
    }
    struct http_conn *idle = is_at_limit(set) ? idle_stranger(set) : NULL;
    if (idle != NULL) {
        conn_free(idle);
    }
    struct http_conn *conn = xcalloc(1, sizeof *conn);
    conn->set = set;
    conn->bev = bev;
    conn->from = from;
    conn->accepted_ms = clock_ms();
    conn->handshaking = ssl != NULL;
    set->handshakes += conn->handshaking;
    event_assign(&conn->deadline, set->base, -1, 0, on_deadline, conn);
    TAILQ_INSERT_TAIL(&set->strangers, conn, link);
    set->stranger_count++;
    set->count++;
    bufferevent_setcb(bev, on_read, on_written, on_event, conn);
    bufferevent_setwatermark(bev, EV_READ, 0, HTTP_HEAD_MAX);
    http_conn_enter(conn, CONN_HEAD, HTTP_CONN_HEAD_MS);
    bufferevent_enable(bev, EV_READ | EV_WRITE);
}

enum http_conn_from http_conn_from(const struct http_conn *conn)
{
    return conn->from;
}

X509 *http_conn_certificate(struct http_conn *conn)
{
    SSL *ssl = bufferevent_openssl_get_ssl(conn->bev);
    return ssl != NULL ? SSL_get1_peer_certificate(ssl) : NULL;
}

void http_conn_known(struct http_conn *conn, unsigned *owner)
{
    if (conn->known) {
        return;
    }
    take_out_of_list(conn);
    conn->known = true;
    TAILQ_INSERT_TAIL(&conn->set->all_known, conn, link);
    conn->owner = owner;
    if (owner != NULL) {
        (*owner)++;
    }
}
