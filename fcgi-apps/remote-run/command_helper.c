/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/command_helper.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "remote-run/command_line.h"
#include "remote-run/command_wire.h"
#include "remote-run/stop_signal.h"
#include "util/clock.h"
#include "util/close_fd.h"
#include "util/log.h"
#include "util/subprocess.h"

#define LOG_COMPONENT "command_helper"

enum {
    REQUEST_MS = 60 * 1000,  /* for the whole request */
    REQUEST_PIECE = 65536,   /* bytes */
    UNSENT_MAX = 256 * 1024, /* bytes; above it the command is not read from */
};

enum { PEER, SIGNALS, PROCESS, POLLS = PROCESS + SUBPROCESS_POLLS };

struct command_helper {
    int connection; /* -1: nobody is there any more */
    int signals;    /* -1: we were told to end */
    bool asked_end; /* whoever asked wants no more */
    struct buffer request;
    struct buffer unsent;
    struct subprocess *process; /* NULL before and after */
};

/* ---- waiting ---- */

/* Sends what can be sent now. */
static void send_unsent(struct command_helper *helper)
{
    struct buffer *unsent = &helper->unsent;
    ssize_t sent = unsent->len > 0 ? send(helper->connection, unsent->at, unsent->len, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
    if (sent > 0) {
        unsent->len -= (size_t)sent;
        memmove(unsent->at, unsent->at + sent, unsent->len);
    } else if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        close_fd(&helper->connection);
        helper->asked_end = true;
    }
}

/* Waits until something happens, or the moment has come. Of the process only its end when too much is unsent. True if
 * the process has something, or its moment has come. */
static bool helper_wait(struct command_helper *helper, int64_t until)
{
    bool full = helper->connection >= 0 && helper->unsent.len > UNSENT_MAX;
    short events = (short)((helper->asked_end ? 0 : POLLIN | POLLRDHUP) | (helper->unsent.len > 0 ? POLLOUT : 0));
    struct pollfd polls[POLLS] = {[PEER] = {.fd = events != 0 ? helper->connection : -1, .events = events},
                                  [SIGNALS] = {.fd = helper->signals, .events = POLLIN},
                                  [PROCESS] = {.fd = -1},
                                  [PROCESS + 1] = {.fd = -1}};
    if (helper->process != NULL) {
        until = clock_earlier(until, subprocess_polls(helper->process, polls + PROCESS));
        polls[PROCESS].fd = full ? -1 : polls[PROCESS].fd;
    }
    if (poll(polls, POLLS, clock_poll_timeout(until)) < 0) {
        return false;
    }
    if ((polls[PEER].revents & ~POLLOUT) != 0) {
        helper->asked_end = true;
    }
    if (polls[PEER].revents != 0) {
        send_unsent(helper);
    }
    if (polls[SIGNALS].revents != 0) {
        close_fd(&helper->signals);
    }
    return polls[PROCESS].revents != 0 || polls[PROCESS + 1].revents != 0 || clock_ms() >= until;
}

/* ---- the request ---- */

static void refuse_request(struct command_helper *helper, const struct err *err)
{
    log_error("command not started", log_text("reason", err->text));
    command_wire_add_not_started(&helper->unsent, err->text);
}

/* Takes a piece of it. False at its end, or when it has none yet. */
static bool receive_piece(struct command_helper *helper)
{
    char *room = buffer_reserve(&helper->request, REQUEST_PIECE);
    ssize_t got = recv(helper->connection, room, REQUEST_PIECE, MSG_DONTWAIT);
    helper->request.len += got > 0 ? (size_t)got : 0;
    helper->asked_end = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
    return got > 0;
}

/* False when there will be none: whoever asked has gone, or what came is none, which has been answered. */
static bool await_request(struct command_helper *helper, const char **conditions, const char **hosts)
{
    int64_t until = clock_ms() + REQUEST_MS;
    struct err err = {0};
    enum command_wire got;
    while ((got = command_wire_read_request(buffer_slice(&helper->request), conditions, hosts, &err)) ==
           COMMAND_WIRE_MORE) {
        (void)helper_wait(helper, until);
        if (helper->signals < 0 || (!receive_piece(helper) && helper->asked_end)) {
            return false;
        }
        if (clock_ms() >= until) {
            err_set(&err, "the request is not whole after %d seconds", REQUEST_MS / 1000);
            got = COMMAND_WIRE_BAD;
            break;
        }
    }
    if (got == COMMAND_WIRE_BAD) {
        refuse_request(helper, &err);
    }
    return got == COMMAND_WIRE_WHOLE;
}

/* ---- the command ---- */

static void helper_take(void *context, const char *bytes, size_t len)
{
    struct command_helper *helper = context;
    if (helper->connection >= 0) {
        command_wire_add_output(&helper->unsent, bytes, len);
    }
}

static void start_command(struct command_helper *helper, const struct relay_config *config, const char *conditions,
                          const char *hosts)
{
    const struct subprocess_limits limits = command_line_limits(config);
    const char *argv[COMMAND_LINE_ARGS_MAX];
    struct err err = {0};
    command_line_fill(argv, config, conditions, hosts);
    if (!config->remote_run.enabled) {
        err_set(&err, "remote_run.enabled is false");
    } else {
        helper->process = subprocess_start(argv, &limits, &err);
    }
    if (helper->process == NULL) {
        refuse_request(helper, &err);
    } else {
        log_info("command started", log_text("conditions", conditions), log_text("hosts", hosts));
    }
}

static void follow_command(struct command_helper *helper)
{
    struct subprocess_end end;
    while (helper->process != NULL) {
        bool due = helper_wait(helper, INT64_MAX);
        if (helper->asked_end || helper->signals < 0) {
            subprocess_stop(helper->process);
        }
        if (due && subprocess_step(helper->process, helper_take, helper, &end)) {
            subprocess_free(helper->process);
            helper->process = NULL;
            command_wire_add_end(&helper->unsent, &end);
            log_info("command ended", log_text("how", subprocess_fate_word(end.fate)),
                     log_number("number", end.number));
        }
    }
}

void command_helper_serve(const struct relay_config *config, int connection)
{
    struct command_helper helper = {.connection = connection, .signals = stop_signal_open()};
    const char *conditions, *hosts;
    if (await_request(&helper, &conditions, &hosts)) {
        helper.asked_end = false;
        start_command(&helper, config, conditions, hosts);
        follow_command(&helper);
    }
    helper.asked_end = true; /* nothing is to be told any more */
    send_unsent(&helper);
    while (helper.unsent.len > 0 && helper.connection >= 0 && helper.signals >= 0) {
        (void)helper_wait(&helper, INT64_MAX);
    }
    close_fd(&helper.signals);
    close_fd(&helper.connection);
    buffer_free(&helper.request);
    buffer_free(&helper.unsent);
}
