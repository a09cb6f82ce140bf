/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fcgi: one worker of a FastCGI program (FastCGI specification 1.0): connections come in on the listener
 * (listener.h), which several workers share. The only user of libfcgi.
 *
 * libfcgi takes a signal in the middle of a body for the body's end. So TERM, INT, USR1 and HUP are blocked from
 * fcgi_open on and are only taken from a signalfd while the worker waits for a request.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "endpoint/offload.h"
#include "util/err.h"

struct fcgi;

enum fcgi_event {
    FCGI_REQUEST, /* a request came: answer it, then call fcgi_finish */
    FCGI_RELOAD,  /* HUP */
    FCGI_IDLE,    /* no request came in the given time */
    FCGI_STOP,    /* TERM, INT, USR1 */
    FCGI_FAILED,
};

/* NULL with err when there is no listener. The process's signal mask changes. */
struct fcgi *fcgi_open(struct err *err);
void fcgi_close(struct fcgi *fcgi);

/* timeout_ms: -1 for no limit. */
enum fcgi_event fcgi_wait(struct fcgi *fcgi, int timeout_ms, struct err *err);

/* The variables of the current request, its body (a request_read, context is the struct fcgi), and its answer. */
char *const *fcgi_env(const struct fcgi *fcgi);
ssize_t fcgi_read(void *context, char *into, size_t size);
bool fcgi_write(struct fcgi *fcgi, const char *bytes, size_t len);
/* Writes and sends at once (a response_sink, context is the struct fcgi). */
bool fcgi_send(void *context, const char *bytes, size_t len);
/* The connection to httpd, to poll for its end and nothing else. */
int fcgi_connection(void *context);
/* Has httpd closed the connection already? Then nobody waits for the answer any more. */
bool fcgi_is_gone(const struct fcgi *fcgi);
/* Forks (offload.h). OFFLOAD_PARENT: the child continues with the current request, and this process only has to call
 * fcgi_finish. */
enum offload_side fcgi_offload(struct fcgi *fcgi);
void fcgi_finish(struct fcgi *fcgi);

/* Is this process such a child? It ends with its request. */
bool fcgi_is_offloaded(const struct fcgi *fcgi);
/* Waits for the children, then ends those that are left; returns how many. */
size_t fcgi_end_offloaded(struct fcgi *fcgi, int64_t timeout_ms);
