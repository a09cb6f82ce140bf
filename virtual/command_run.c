/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual/command_run.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "util/close_fd.h"
#include "util/subprocess_wire.h"
#include "util/unix_socket.h"
#include "util/xmalloc.h"

enum { ANSWER_SECONDS = 60 /* after the time-out */ };

struct command_run {
    const struct command_run_handler *handler;
    void *context;
    struct bufferevent *connection; /* NULL: there is none */
    struct event timer;
    struct buffer come;
    struct err fault; /* "": the connection was made */
    bool over;
    bool *freed; /* set when it is freed in the middle of a callback */
};

/* The handler may free the run: nothing of it is touched afterwards. */
static void command_run_finish(struct command_run *run, const struct command_run_end *end)
{
    run->over = true;
    event_del(&run->timer);
    if (run->connection != NULL) {
        bufferevent_disable(run->connection, EV_READ | EV_WRITE);
    }
    run->handler->ended(run->context, end);
}

__attribute__((format(printf, 2, 3))) static void command_run_lose(struct command_run *run, const char *format, ...)
{
    struct command_run_end end = {.fate = COMMAND_RUN_LOST};
    va_list args;
    va_start(args, format);
    err_vset(&end.err, format, args);
    va_end(args);
    command_run_finish(run, &end);
}

static void finish_by_frame(struct command_run *run, const struct subprocess_frame *frame)
{
    struct command_run_end end = {.fate = COMMAND_RUN_ENDED, .end = frame->end};
    if (frame->kind == SUBPROCESS_FRAME_NOT_STARTED) {
        end.fate = COMMAND_RUN_NOT_STARTED;
        err_set(&end.err, "%.*s", (int)frame->bytes.len, frame->bytes.at);
    }
    command_run_finish(run, &end);
}

/* Takes the frames that are whole. */
static void take_come_frames(struct command_run *run)
{
    struct slice rest = buffer_slice(&run->come);
    struct subprocess_frame frame;
    enum subprocess_wire took;
    bool freed = false;
    run->freed = &freed;
    while ((took = subprocess_wire_take_frame(&rest, &frame)) == SUBPROCESS_WIRE_WHOLE) {
        if (frame.kind == SUBPROCESS_FRAME_OUTPUT) {
            run->handler->output(run->context, frame.bytes.at, frame.bytes.len);
        } else {
            finish_by_frame(run, &frame);
        }
        if (freed || run->over) {
            break;
        }
    }
    if (freed) {
        return;
    }
    run->freed = NULL;
    if (took == SUBPROCESS_WIRE_BAD && !run->over) {
        command_run_lose(run, "the helper's answer is none");
        return;
    }
    memmove(run->come.at, rest.at, rest.len);
    run->come.len = rest.len;
}

static void on_readable(struct bufferevent *connection, void *context)
{
    struct command_run *run = context;
    struct evbuffer *in = bufferevent_get_input(connection);
    const size_t len = evbuffer_get_length(in);
    if (run->over) {
        return;
    }
    evbuffer_remove(in, buffer_reserve(&run->come, len), len);
    run->come.len += len;
    take_come_frames(run);
}

static void on_connection_event(struct bufferevent *connection, short what, void *context)
{
    struct command_run *run = context;
    (void)connection;
    if (!run->over && (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) != 0) {
        command_run_lose(run, "the helper has gone while it ran");
    }
}

static void on_run_timer(evutil_socket_t fd, short what, void *context)
{
    struct command_run *run = context;
    (void)fd;
    (void)what;
    if (run->fault.text[0] != '\0') {
        command_run_finish(run, &(struct command_run_end){.fate = COMMAND_RUN_NOT_STARTED, .err = run->fault});
    } else {
        command_run_lose(run, "the helper has not ended it");
    }
}

static void open_connection(struct command_run *run, struct event_base *base, const char *socket,
                            const struct buffer *request)
{
    int fd = unix_socket_connect(socket, SOCK_NONBLOCK, &run->fault);
    if (fd < 0) {
        err_prefix(&run->fault, "the helper that runs commands is not there");
    }
    run->connection = fd >= 0 ? bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE) : NULL;
    if (run->connection == NULL) {
        close_fd(&fd);
        return;
    }
    bufferevent_setcb(run->connection, on_readable, NULL, on_connection_event, run);
    bufferevent_write(run->connection, request->at, request->len);
    bufferevent_enable(run->connection, EV_READ | EV_WRITE);
}

struct command_run *command_run_start(struct event_base *base, const char *socket, const struct buffer *request,
                                      int64_t timeout, const struct command_run_handler *handler, void *context)
{
    struct command_run *run = xcalloc(1, sizeof *run);
    run->handler = handler;
    run->context = context;
    open_connection(run, base, socket, request);
    const bool open = run->connection != NULL;
    evtimer_assign(&run->timer, base, on_run_timer, run);
    evtimer_add(&run->timer, &(const struct timeval){.tv_sec = open ? timeout + ANSWER_SECONDS : 0});
    return run;
}

void command_run_free(struct command_run *run)
{
    if (run == NULL) {
        return;
    }
    if (run->freed != NULL) {
        *run->freed = true;
    }
    event_del(&run->timer);
    if (run->connection != NULL) {
        bufferevent_free(run->connection);
    }
    buffer_free(&run->come);
    free(run);
}
