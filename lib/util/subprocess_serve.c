/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/subprocess_serve.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "util/buffer.h"
#include "util/clock.h"
#include "util/close_fd.h"
#include "util/stop_signal.h"

#define LOG_COMPONENT "subprocess_serve"

enum {
    REQUEST_MS = 60 * 1000,  /* for the whole request */
    REQUEST_PIECE = 65536,   /* bytes */
    UNSENT_MAX = 256 * 1024, /* bytes; above it the command is not read from */
};

enum { PEER, SIGNALS, PROCESS, POLLS = PROCESS + SUBPROCESS_POLLS };

struct serve {
    int connection; /* -1: nobody is there any more */
    int signals;    /* -1: we were told to end */
    bool asked_end; /* whoever asked wants no more */
    struct buffer request;
    struct buffer unsent;
    struct subprocess *process; /* NULL before and after */
    subprocess_serve_subject *subject;
    void *context; /* the caller's */
};

/* ---- waiting ---- */

/* Sends what can be sent now. */
static void send_unsent(struct serve *serve)
{
    struct buffer *unsent = &serve->unsent;
    ssize_t sent = unsent->len > 0 ? send(serve->connection, unsent->at, unsent->len, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
    if (sent > 0) {
        unsent->len -= (size_t)sent;
        memmove(unsent->at, unsent->at + sent, unsent->len);
    } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        close_fd(&serve->connection);
        serve->asked_end = true;
    }
}

/* Waits until something happens, or the moment has come. Of the process only its end when too much is unsent. True if
 * the process has something, or its moment has come. */
static bool serve_wait(struct serve *serve, int64_t until)
{
    bool full = serve->connection >= 0 && serve->unsent.len > UNSENT_MAX;
    short events = (short)((serve->asked_end ? 0 : POLLIN | POLLRDHUP) | (serve->unsent.len > 0 ? POLLOUT : 0));
    struct pollfd polls[POLLS] = {[PEER] = {.fd = events != 0 ? serve->connection : -1, .events = events},
                                  [SIGNALS] = {.fd = serve->signals, .events = POLLIN},
                                  [PROCESS] = {.fd = -1},
                                  [PROCESS + 1] = {.fd = -1}};
    if (serve->process != NULL) {
        until = clock_earlier(until, subprocess_polls(serve->process, polls + PROCESS));
        polls[PROCESS].fd = full ? -1 : polls[PROCESS].fd;
    }
    if (poll(polls, POLLS, clock_poll_timeout(until)) < 0) {
        return false;
    }
    if ((polls[PEER].revents & ~POLLOUT) != 0) {
        serve->asked_end = true;
    }
    if (polls[PEER].revents != 0) {
        send_unsent(serve);
    }
    if (polls[SIGNALS].revents != 0) {
        close_fd(&serve->signals);
    }
    return polls[PROCESS].revents != 0 || polls[PROCESS + 1].revents != 0 || clock_ms() >= until;
}

/* ---- the request ---- */

static struct log_field serve_subject(const struct serve *serve)
{
    return serve->subject(serve->context, buffer_slice(&serve->request));
}

static void refuse_request(struct serve *serve, const struct err *err)
{
    log_error("command not started", serve_subject(serve), log_text("reason", err->text));
    subprocess_wire_add_not_started(&serve->unsent, err->text);
}

/* Takes a piece of it. False at its end, or when it has none yet. */
static bool receive_piece(struct serve *serve)
{
    char *room = buffer_reserve(&serve->request, REQUEST_PIECE);
    ssize_t got = recv(serve->connection, room, REQUEST_PIECE, MSG_DONTWAIT);
    serve->request.len += got > 0 ? (size_t)got : 0;
    serve->asked_end = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
    return got > 0;
}

/* Has the command started, or says why not. False when there will be none: whoever asked has gone, or was refused. */
static bool await_request(struct serve *serve, subprocess_serve_begin *begin)
{
    int64_t until = clock_ms() + REQUEST_MS;
    struct err err = {0};
    enum subprocess_wire got;
    while ((got = begin(serve->context, buffer_slice(&serve->request), &serve->process, &err)) ==
           SUBPROCESS_WIRE_MORE) {
        (void)serve_wait(serve, until);
        if (serve->signals < 0 || (!receive_piece(serve) && serve->asked_end)) {
            return false;
        }
        if (clock_ms() >= until) {
            err_set(&err, "the request is not whole after %d seconds", REQUEST_MS / 1000);
            got = SUBPROCESS_WIRE_BAD;
            break;
        }
    }
    if (serve->process == NULL) {
        refuse_request(serve, &err);
    }
    return serve->process != NULL;
}

/* ---- the command ---- */

static void serve_take(void *context, const char *bytes, size_t len)
{
    struct serve *serve = context;
    if (serve->connection >= 0) {
        subprocess_wire_add_output(&serve->unsent, bytes, len);
    }
}

static void follow_command(struct serve *serve)
{
    struct subprocess_end end;
    while (serve->process != NULL) {
        bool due = serve_wait(serve, INT64_MAX);
        if (serve->asked_end || serve->signals < 0) {
            subprocess_stop(serve->process);
        }
        if (due && subprocess_step(serve->process, serve_take, serve, &end)) {
            subprocess_free(serve->process);
            serve->process = NULL;
            subprocess_wire_add_end(&serve->unsent, &end);
            log_info("command ended", serve_subject(serve), log_text("how", subprocess_fate_word(end.fate)),
                     log_number("number", end.number));
        }
    }
}

void subprocess_serve(int connection, subprocess_serve_begin *begin, subprocess_serve_subject *subject, void *context)
{
    struct serve serve = {
        .connection = connection, .signals = stop_signal_open(), .subject = subject, .context = context};
    if (await_request(&serve, begin)) {
        serve.asked_end = false;
        follow_command(&serve);
    }
    serve.asked_end = true; /* nothing is to be told any more */
    send_unsent(&serve);
    while (serve.unsent.len > 0 && serve.connection >= 0 && serve.signals >= 0) {
        (void)serve_wait(&serve, INT64_MAX);
    }
    close_fd(&serve.signals);
    close_fd(&serve.connection);
    buffer_free(&serve.request);
    buffer_free(&serve.unsent);
}
