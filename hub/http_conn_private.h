/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * http_conn_private: what http_conn.c (reading, limits, the end) and http_conn_answer.c share.
 */
#pragma once

#include <event2/bufferevent.h>
#include <event2/event_struct.h>
#include <sys/queue.h>

#include "http_conn.h"

enum http_conn_state { CONN_HEAD, CONN_BODY, CONN_HELD, CONN_STREAM, CONN_FLUSH, CONN_LINGER };

struct http_conn {
    struct http_conn_set *set;
    TAILQ_ENTRY(http_conn) link; /* in set->strangers or set->all_known */
    struct bufferevent *bev;
    struct event deadline;
    const struct http_conn_hold *hold; /* of a held or streaming connection */
    char *head_text;
    struct http_head head; /* points into head_text */
    unsigned *owner;
    int64_t accepted_ms;
    enum http_conn_from from;
    enum http_conn_state state;
    bool known;
    bool handshaking;
    bool keep;
    bool unread; /* the body of a refused request may still come */
};

/* Enters the state, for within_ms at most; 0: without limit. */
void http_conn_enter(struct http_conn *conn, enum http_conn_state state, int64_t within_ms);
