/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * http_client: requests to other servers over HTTPS, several at a time, from one thread that polls.
 *
 * HTTPS with TLS 1.3 only, HTTP/2 where both sides have it, no redirects followed, no cookies, no .netrc files.
 * Connections are kept and used again, and closed when nothing was under way for idle_timeout_ms.
 *
 * A client belongs to one thread. Its owner polls for it beside its own descriptors and calls http_client_step, from
 * which all callbacks come. Nothing here blocks except the callbacks.
 *
 *     struct http_transfer *transfer = http_client_start(client, &request, &err);
 *     for (;;) {
 *         int timeout_ms = http_client_polls(client, &polls[0]);
 *         ... fill in polls[1..] ...
 *         poll(polls, count, timeout_ms);
 *         http_client_step(client);
 *         ... look at polls[1..] ...
 *     }
 *
 * User names and passwords reach no log and no reason.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/err.h"
#include "util/slice.h"

struct http_client;
struct http_transfer;

/* How a server proves who it is. */
enum http_trust {
    HTTP_TRUST_PINS,   /* the certificate has one of the request's keys; its name, dates and issuer do not matter */
    HTTP_TRUST_CHAIN,  /* a chain up to a known authority, and the host's name */
    HTTP_TRUST_NOBODY, /* it proves nothing: any server is accepted */
};

/* 0: no limit of that kind. */
struct http_limits {
    int64_t connect_ms;
    int64_t stall_ms; /* no byte in either direction for this long (whole seconds) */
    int64_t total_ms; /* from start to end */
};

/* Texts are copied. */
struct http_client_settings {
    enum http_trust trust;
    const char *ca_file; /* for HTTP_TRUST_CHAIN: PEM; NULL or "": the authorities of the system */
    /* What this client shows of itself: a PEM file, with the certificates between it and a known authority behind
     * it, and its key; NULL or "": nothing. */
    const char *certificate_file;
    const char *key_file;
    /* A Unix socket to which all requests go, in plain HTTP; NULL or "": none. Its directory says who may listen there,
     * so trust does not matter. */
    const char *unix_socket;
    bool plain;        /* plain HTTP; for a server on this machine alone */
    const char *proxy; /* URL; NULL or "": as the environment says (https_proxy, no_proxy); "none": no proxy */
    int64_t idle_timeout_ms;
    struct http_limits limits; /* for requests without limits of their own */
};

/* NULL with err when a file cannot be read or there is no memory for a handle. Does not connect yet. */
struct http_client *http_client_new(const struct http_client_settings *settings, struct err *err);

/* Cuts off running transfers without calling done. Takes NULL. */
void http_client_free(struct http_client *client);

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_PUT, HTTP_POST };

enum http_outcome {
    HTTP_ANSWERED,    /* the server has spoken: see status */
    HTTP_UNREACHABLE, /* the name is unknown, or no connection, or none in time */
    HTTP_UNTRUSTED,   /* it did not prove who it is, or does not speak TLS 1.3 */
    HTTP_BROKEN,      /* cut off, garbage, or too slow, before there was a whole answer */
    HTTP_ABANDONED,   /* a callback ended the request, or the body could not be read */
};

enum { HTTP_SKIPPED_MAX = 256 };

struct http_result {
    enum http_outcome outcome;
    int status;            /* of the answer, even if it broke off after its status line; else 0 */
    int64_t retry_after_s; /* when the server asks to try again; 0: it does not say */
    bool timed_out;        /* HTTP_BROKEN or HTTP_UNREACHABLE because a limit of time was exceeded */
    bool answer_ended;     /* false: write did not get the whole body */
    struct slice skipped;  /* of a body that was skipped: its first HTTP_SKIPPED_MAX bytes; valid during the call */
    const char *header;    /* the value of the request's answer_header; never NULL; "": the answer has none */
    const char *reason;    /* words for a log: never NULL, no passwords; valid during the call */
};

/* Hands over up to size bytes of the body. Returns how many, 0 only at the end of the body, -1 on failure, which ends
 * the request. */
typedef ssize_t http_read(void *context, char *bytes, size_t size);
/* Takes a piece of the answer's body, whatever the status (see http_transfer_status). Returning false ends the request.
 */
typedef bool http_write(void *context, const char *bytes, size_t len);
/* Called at the end of the request. The transfer does not exist any more when this returns. It may start and cancel
 * other transfers. */
typedef void http_done(void *context, const struct http_result *result);

/* A member that is all zero bytes is left out. Texts and slices are copied unless they say otherwise. Everything else
 * stays the caller's and must last until the end. */
struct http_request {
    enum http_method method;
    const char *url;  /* https://..., see http_url.h */
    const char *user; /* Basic authentication */
    const char *password;
    const char *header;        /* one more header: "Name: value" */
    const char *answer_header; /* name of the header of the answer that the result shall have; not copied */
    const char *pins;          /* for HTTP_TRUST_PINS, see http_pins.h; without any the request is refused */
    struct slice form;         /* the body of a POST, application/x-www-form-urlencoded; not copied */
    int64_t body_len;          /* of a PUT, in bytes */
    int body_fd;               /* if read is NULL: the body is read from here by pread, from offset 0 */
    http_read *read;           /* gives the body; then the request cannot be repeated on another connection */
    http_write *write;         /* NULL: the answer's body is skipped, up to 1 MiB of it; see http_result */
    http_done *done;
    void *context;                    /* for all three callbacks */
    const struct http_limits *limits; /* NULL: the client's; copied */
};

/* Starts a request. NULL with err when the request is impossible. Callbacks come only from http_client_step. */
struct http_transfer *http_client_start(struct http_client *client, const struct http_request *request,
                                        struct err *err);

/* Ends the transfer now, without calling done. Must not be called from its own callbacks. */
void http_transfer_cancel(struct http_transfer *transfer);

/* The answer's status as soon as there is one, else 0. For http_write. */
int http_transfer_status(const struct http_transfer *transfer);

/* Fills in what to poll for. Returns after how many milliseconds http_client_step must be called even if nothing
 * happened; -1: only when something happens. */
int http_client_polls(const struct http_client *client, struct pollfd *poll);

/* Does what can be done now, callbacks included. */
void http_client_step(struct http_client *client);

/* How many transfers are under way. */
size_t http_client_busy(const struct http_client *client);

/* Polls and steps until no transfer is running, for a caller that waits for nothing else. */
void http_client_finish(struct http_client *client);
