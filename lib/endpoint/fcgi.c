/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "endpoint/listener.h"
#include "endpoint/signal_watch.h"
#include "util/close_fd.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "fcgi"

struct fcgi {
    FCGX_Request request;
    int signals; /* signalfd */
    struct offload offload;
    bool cannot_fork; /* a failed fork was logged; logged again only after a success */
};

struct fcgi *fcgi_open(struct err *err)
{
    if (!listener_take(err)) {
        return NULL;
    }
    struct fcgi *fcgi = xcalloc(1, sizeof *fcgi);
    fcgi->request.ipcFd = -1; /* until FCGX_InitRequest: 0 would be the listener, which fcgi_close must not shut down */
    fcgi->signals = signal_watch_open();
    int flags = fcntl(LISTENER, F_GETFL);
    if (fcgi->signals < 0 || flags < 0 || fcntl(LISTENER, F_SETFL, flags | O_NONBLOCK) != 0) {
        err_set_errno(err, errno, "preparing the socket and the signals");
        goto out;
    }
    if (FCGX_Init() != 0 || FCGX_InitRequest(&fcgi->request, LISTENER, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
        err_set(err, "libfcgi does not start");
        goto out;
    }
    return fcgi;

out:
    fcgi_close(fcgi);
    return NULL;
}

void fcgi_close(struct fcgi *fcgi)
{
    if (fcgi != NULL) {
        FCGX_Free(&fcgi->request, 1);
        close_fd(&fcgi->signals);
        free(fcgi);
    }
}

/* Is the error harmless: another worker was faster, or the other side gave up? */
static bool is_passing(int errnum)
{
    return errnum == EAGAIN || errnum == EWOULDBLOCK || errnum == EINTR || errnum == ECONNABORTED || errnum == EPROTO;
}

static enum fcgi_event event_of(struct fcgi *fcgi, uint32_t signal)
{
    switch (signal) {
    case SIGCHLD:
        offload_reap(&fcgi->offload);
        return FCGI_IDLE;
    case SIGHUP:
        return FCGI_RELOAD;
    default:
        return FCGI_STOP;
    }
}

enum fcgi_event fcgi_wait(struct fcgi *fcgi, int timeout_ms, struct err *err)
{
    for (;;) {
        struct pollfd waits[] = {{.fd = fcgi->signals, .events = POLLIN}, {.fd = LISTENER, .events = POLLIN}};
        int ready = poll(waits, 2, timeout_ms);
        if (ready == 0) {
            return FCGI_IDLE;
        }
        if (ready < 0 && errno != EINTR) {
            err_set_errno(err, errno, "waiting for a request");
            return FCGI_FAILED;
        }
        struct signalfd_siginfo signal_info;
        if (read(fcgi->signals, &signal_info, sizeof signal_info) == sizeof signal_info) {
            return event_of(fcgi, signal_info.ssi_signo);
        }
        if (waits[1].revents == 0) {
            continue;
        }
        int result = FCGX_Accept_r(&fcgi->request);
        if (result == 0) {
            return FCGI_REQUEST;
        }
        if (!is_passing(-result)) {
            err_set_errno(err, -result, "accepting a connection");
            return FCGI_FAILED;
        }
    }
}

char *const *fcgi_env(const struct fcgi *fcgi)
{
    return fcgi->request.envp;
}

ssize_t fcgi_read(void *context, char *into, size_t size)
{
    struct fcgi *fcgi = context;
    int got = FCGX_GetStr(into, size < INT_MAX ? (int)size : INT_MAX, fcgi->request.in);
    return FCGX_GetError(fcgi->request.in) == 0 ? got : -1;
}

bool fcgi_write(struct fcgi *fcgi, const char *bytes, size_t len)
{
    while (len > 0) {
        int piece = len < INT_MAX ? (int)len : INT_MAX;
        if (FCGX_PutStr(bytes, piece, fcgi->request.out) != piece) {
            return false;
        }
        bytes += piece;
        len -= (size_t)piece;
    }
    return true;
}

bool fcgi_send(void *context, const char *bytes, size_t len)
{
    struct fcgi *fcgi = context;
    return fcgi_write(fcgi, bytes, len) && FCGX_FFlush(fcgi->request.out) == 0;
}

int fcgi_connection(void *context)
{
    const struct fcgi *fcgi = context;
    return fcgi->request.ipcFd;
}

bool fcgi_is_gone(const struct fcgi *fcgi)
{
    struct pollfd connection = {.fd = fcgi->request.ipcFd};
    return poll(&connection, 1, 0) > 0 && (connection.revents & (POLLHUP | POLLERR)) != 0;
}

enum offload_side fcgi_offload(struct fcgi *fcgi)
{
    struct err err = {0};
    enum offload_side side = offload_response(&fcgi->offload, LISTENER, &err);
    if (err.text[0] != '\0' && !fcgi->cannot_fork) {
        log_warn("no child process can be made; this one is held", log_text("reason", err.text));
    }
    fcgi->cannot_fork = err.text[0] != '\0';
    if (side == OFFLOAD_PARENT) { /* close without the shutdown of FCGX_Free: the child still uses the connection */
        close_fd(&fcgi->request.ipcFd);
    }
    return side;
}

/* Ends the request and closes its connection. A kept connection would keep this worker from all others. */
void fcgi_finish(struct fcgi *fcgi)
{
    bool mine = fcgi->request.ipcFd >= 0;
    if (mine) {
        FCGX_Finish_r(&fcgi->request);
    }
    FCGX_Free(&fcgi->request, mine);
}

bool fcgi_is_offloaded(const struct fcgi *fcgi)
{
    return fcgi->offload.is_child;
}

size_t fcgi_end_offloaded(struct fcgi *fcgi, int64_t timeout_ms)
{
    return offload_end(&fcgi->offload, fcgi->signals, timeout_ms);
}
