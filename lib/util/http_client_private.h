/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * http_client_private: what http_client.c (connections and waiting) and http_transfer.c (one request) share.
 */
#pragma once

#include <curl/curl.h>
#include <sys/queue.h>

#include "util/buffer.h"
#include "util/http_client.h"

struct http_client {
    enum http_trust trust;
    char *ca_file;
    char *certificate_file;
    char *key_file;
    char *unix_socket; /* NULL: none */
    bool plain;        /* no TLS */
    char *proxy; /* NULL: as the environment says; "": none */
    int64_t idle_timeout_ms;
    struct http_limits limits;
    struct curl_slist *no_expect; /* the header that stops libcurl from sending Expect */
    struct curl_slist *bare;      /* no_expect, and no Content-Type either */
    CURLM *multi;                 /* owns the connections */
    int epoll_fd;                 /* watches the connections' sockets */
    int64_t timer_ms;             /* when libcurl must be called; INT64_MAX: not at all */
    int64_t idle_since_ms;
    bool used; /* there may be connections to close */
    LIST_HEAD(, http_transfer) running;
    LIST_HEAD(, http_transfer) spare; /* ended transfers, whose handles are used again */
    size_t busy;
};

struct http_transfer {
    struct http_client *client;
    LIST_ENTRY(http_transfer) link; /* running or spare */
    CURL *easy;
    struct curl_slist *headers; /* the headers of this transfer alone */
    const char *answer_header;
    http_read *read;
    http_write *write;
    http_done *done;
    void *context;
    int body_fd;
    int64_t body_at; /* bytes given to libcurl so far */
    int64_t body_len;
    struct buffer body; /* a body that is sent in one piece with the head */
    bool head_ended;    /* the answer's head came whole, up to its empty line */
    size_t passed_over; /* bytes skipped of an answer that has no write */
    char skipped[HTTP_SKIPPED_MAX]; /* the first of them */
    bool abandoned;
    char error[CURL_ERROR_SIZE];
};

/* False with err when libcurl refuses the request. */
bool http_transfer_set_up(struct http_transfer *transfer, const struct http_request *request, struct err *err);

/* Tells the caller how it ended. By then the transfer is in neither list, and its handle is in no multi. */
void http_transfer_report(struct http_transfer *transfer, CURLcode code);
