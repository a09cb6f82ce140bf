/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * made_request: a request for handlers, without a socket: variables from a list, a body from memory.
 */
#pragma once

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "endpoint/request.h"
#include "endpoint/response.h"

enum { MADE_MAX_ENV = 16 };

struct made_request {
    const char *env[MADE_MAX_ENV + 1];
    char method[64];
    char path[1024];
    char length[64];
    const char *body;
    size_t left;  /* bytes of the body still to come */
    size_t piece; /* at most so many at a time; 0: as many as asked for */
    bool breaks;  /* the connection breaks where the body would end */
    struct request request;
    struct response response;
};

static inline ssize_t made_request_read(void *context, char *into, size_t size)
{
    struct made_request *made = context;
    if (made->left == 0 && made->breaks) {
        return -1;
    }
    size_t got = made->left < size ? made->left : size;
    got = made->piece > 0 && got > made->piece ? made->piece : got;
    memcpy(into, made->body, got);
    made->body += got;
    made->left -= got;
    return (ssize_t)got;
}

/* One more variable, "NAME=value". Between made_request_new and made_request_begin. */
static inline void made_request_env(struct made_request *made, const char *variable)
{
    size_t at = 0;
    while (made->env[at] != NULL) {
        at++;
    }
    ck_assert_uint_lt(at, MADE_MAX_ENV);
    made->env[at] = variable;
}

/* length: what CONTENT_LENGTH says; NULL: there is none. */
static inline void made_request_new(struct made_request *made, const char *method, const char *path, const char *length,
                                    const char *body, size_t len)
{
    *made = (struct made_request){.body = body, .left = len};
    snprintf(made->method, sizeof made->method, "REQUEST_METHOD=%s", method);
    snprintf(made->path, sizeof made->path, "SCRIPT_NAME=%s", path);
    made_request_env(made, made->method);
    made_request_env(made, made->path);
    if (length != NULL) {
        snprintf(made->length, sizeof made->length, "CONTENT_LENGTH=%s", length);
        made_request_env(made, made->length);
    }
}

static inline void made_request_begin(struct made_request *made)
{
    request_begin(&made->request, (char *const *)made->env, made_request_read, made);
}

/* What the skeleton does after the handler: the file of the answer follows in the body. False when it is cut. */
static inline bool made_request_send_file(struct made_request *made)
{
    struct err err = {0};
    enum response_sent sent = RESPONSE_SENT;
    if (response_has_file(&made->response)) {
        while ((sent = response_send_piece(&made->response, &err)) == RESPONSE_MORE) {
        }
    }
    return sent == RESPONSE_SENT;
}

static inline void made_request_free(struct made_request *made)
{
    request_free(&made->request);
    response_free(&made->response);
}
