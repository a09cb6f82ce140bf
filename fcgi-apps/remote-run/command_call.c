/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/command_call.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "remote-run/command_wire.h"
#include "util/clock.h"
#include "util/close_fd.h"
#include "util/unix_socket.h"
#include "util/xmalloc.h"

enum { CALL_PIECE = 65536 };

struct command_call {
    int fd;
    struct buffer request; /* what is left to send */
    size_t sent;
    struct buffer come;
    int64_t grace_ms; /* beyond what the helper has */
    int64_t give_up;  /* by clock_ms */
    bool stopped;
};

struct command_call *command_call_start(const char *socket_path, const char *conditions, const char *hosts,
                                        const struct subprocess_limits *limits, struct err *err)
{
    int fd = unix_socket_connect(socket_path, 0, err);
    if (fd < 0) {
        return NULL;
    }
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    struct command_call *call = xcalloc(1, sizeof *call);
    call->fd = fd;
    /* the helper ends the command in two graces at most; a third is for its own start */
    call->grace_ms = 3 * limits->grace_ms;
    call->give_up = clock_ms() + limits->timeout_ms + call->grace_ms;
    command_wire_add_request(&call->request, conditions, hosts);
    return call;
}

int64_t command_call_polls(const struct command_call *call, struct pollfd *poll)
{
    bool more = call->sent < call->request.len;
    *poll = (struct pollfd){.fd = call->fd, .events = (short)(POLLIN | (more ? POLLOUT : 0))};
    return call->give_up;
}

void command_call_stop(struct command_call *call)
{
    if (!call->stopped) {
        call->stopped = true;
        call->sent = call->request.len;
        call->give_up = clock_ms() + call->grace_ms;
        (void)shutdown(call->fd, SHUT_WR);
    }
}

/* That the helper has gone is seen when its answer is read. */
static void send_request(struct command_call *call)
{
    size_t left = call->request.len - call->sent;
    ssize_t sent = left > 0 ? send(call->fd, call->request.at + call->sent, left, MSG_NOSIGNAL) : 0;
    call->sent += sent > 0 ? (size_t)sent : 0;
}

/* Takes one piece in each step, as a subprocess does. False with err at the answer's end. */
static bool receive_answer(struct command_call *call, struct err *err)
{
    ssize_t got = recv(call->fd, buffer_reserve(&call->come, CALL_PIECE), CALL_PIECE, 0);
    if (got > 0) {
        call->come.len += (size_t)got;
        return true;
    }
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return true;
    }
    return got == 0 ? err_set(err, "its helper has gone") : err_set_errno(err, errno, "its helper");
}

/* Hands out what has come whole. True at the last frame. */
static bool take_frames(struct command_call *call, subprocess_output *output, void *context,
                        struct subprocess_end *end, struct err *err)
{
    struct slice rest = buffer_slice(&call->come);
    struct subprocess_frame frame;
    enum subprocess_wire took;
    bool last = false;
    while (!last && (took = subprocess_wire_take_frame(&rest, &frame)) == SUBPROCESS_WIRE_WHOLE) {
        if (frame.kind == SUBPROCESS_FRAME_OUTPUT) {
            output(context, frame.bytes.at, frame.bytes.len);
        } else {
            last = true;
            *end = frame.end;
            if (frame.kind == SUBPROCESS_FRAME_NOT_STARTED) {
                err_set(err, "%.*s", (int)frame.bytes.len, frame.bytes.at);
            }
        }
    }
    if (!last && took == SUBPROCESS_WIRE_BAD) {
        end->given_up = true;
        err_set(err, "its helper's answer is none");
        return true;
    }
    if (rest.len > 0) {
        memmove(call->come.at, rest.at, rest.len);
    }
    call->come.len = rest.len;
    return last;
}

bool command_call_step(struct command_call *call, subprocess_output *output, void *context, struct subprocess_end *end,
                       struct err *err)
{
    struct err gone = {0};
    *end = (struct subprocess_end){.fate = call->stopped ? SUBPROCESS_STOPPED : SUBPROCESS_TIMED_OUT};
    send_request(call);
    bool there = receive_answer(call, &gone);
    if (take_frames(call, output, context, end, err)) {
        return true;
    }
    if (!there) {
        *err = gone;
    }
    end->given_up = true;
    return !there || clock_ms() >= call->give_up;
}

void command_call_free(struct command_call *call)
{
    if (call != NULL) {
        close_fd(&call->fd);
        buffer_free(&call->request);
        buffer_free(&call->come);
        free(call);
    }
}
