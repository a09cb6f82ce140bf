/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "omprog.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "util/buffer.h"
#include "util/clock.h"
#include "util/log.h"

#define LOG_COMPONENT "omprog"

enum { READ_SIZE = 64 << 10, OMPROG_LINE_MAX = 1 << 20, LOOK_MS = 200, PAUSE_MS = 1000 };

struct omprog {
    struct gather *gather;
    int in_fd;
    int out_fd;
    struct buffer input;
    struct buffer output; /* answers that are not written yet */
    bool too_long;        /* the rest of the line that is being read is left out */
    bool in_transaction;
};

/* What is left of a transaction that was broken off goes first. NULL with err. */
static const char *begin_transaction(struct omprog *omprog, struct err *err)
{
    omprog->in_transaction = true;
    return gather_commit(omprog->gather, err) ? "OK" : NULL;
}

static const char *commit_transaction(struct omprog *omprog, struct err *err)
{
    omprog->in_transaction = false;
    return gather_commit(omprog->gather, err) ? "OK" : NULL;
}

static const char *keep_input_message(struct omprog *omprog, struct slice line, struct err *err)
{
    if (!gather_add(omprog->gather, line, err)) {
        return NULL;
    }
    return omprog->in_transaction ? "DEFER_COMMIT" : commit_transaction(omprog, err);
}

static void take_input_line(struct omprog *omprog, struct slice line)
{
    struct err err;
    const char *answer = slice_eq_str(line, "BEGIN TRANSACTION")    ? begin_transaction(omprog, &err)
                         : slice_eq_str(line, "COMMIT TRANSACTION") ? commit_transaction(omprog, &err)
                                                                    : keep_input_message(omprog, line, &err);
    if (answer != NULL) {
        buffer_add_format(&omprog->output, "%s\n", answer);
        return;
    }
    log_error("messages are not kept; rsyslog sends them again", log_text("reason", err.text));
    poll(NULL, 0, PAUSE_MS);
    buffer_add_format(&omprog->output, "not kept: %s\n", err.text);
}

static void leave_out_input_line(struct omprog *omprog)
{
    gather_too_long(omprog->gather);
    buffer_add_text(&omprog->output, omprog->in_transaction ? "DEFER_COMMIT\n" : "OK\n");
}

/* Takes the whole lines that were read. */
static void take_whole_lines(struct omprog *omprog)
{
    struct slice rest = buffer_slice(&omprog->input);
    const char *end;
    while (rest.len > 0 && (end = memchr(rest.at, '\n', rest.len)) != NULL) {
        struct slice line = slice_take(&rest, (size_t)(end - rest.at));
        rest = slice_behind(rest, 1);
        if (omprog->too_long) {
            leave_out_input_line(omprog);
        } else {
            take_input_line(omprog, line);
        }
        omprog->too_long = false;
    }
    if (rest.len > OMPROG_LINE_MAX) {
        omprog->too_long = true;
        rest.len = 0;
    }
    memmove(omprog->input.at, rest.at, rest.len);
    omprog->input.len = rest.len;
}

static bool write_answers(struct omprog *omprog)
{
    struct slice rest = buffer_slice(&omprog->output);
    while (rest.len > 0) {
        ssize_t wrote = write(omprog->out_fd, rest.at, rest.len);
        if (wrote < 0 && errno != EINTR) {
            log_error("rsyslog does not read the answers", log_text("reason", strerror(errno)));
            return false;
        }
        rest = slice_behind(rest, wrote > 0 ? (size_t)wrote : 0);
    }
    buffer_clear(&omprog->output);
    return true;
}

/* 1: something was read; 0: the input has ended; -1: it cannot be read. */
static int read_input(struct omprog *omprog)
{
    ssize_t got = read(omprog->in_fd, buffer_reserve(&omprog->input, READ_SIZE), READ_SIZE);
    if (got < 0 && errno != EINTR) {
        log_error("the input cannot be read", log_text("reason", strerror(errno)));
        return -1;
    }
    omprog->input.len += got > 0 ? (size_t)got : 0;
    return got != 0;
}

/* Runs are looked through LOOK_MS after a message, not after each. */
static bool serve_lines(struct omprog *omprog)
{
    int64_t next_ms = 0;
    buffer_add_text(&omprog->output, "OK\n");
    for (;;) {
        if (!write_answers(omprog)) {
            return false;
        }
        if (next_ms <= clock_ms()) {
            next_ms = gather_end_due(omprog->gather);
        }
        struct pollfd input = {.fd = omprog->in_fd, .events = POLLIN};
        if (poll(&input, 1, clock_poll_timeout(next_ms)) <= 0) {
            continue;
        }
        int got = read_input(omprog);
        if (got <= 0) {
            return got == 0;
        }
        take_whole_lines(omprog);
        next_ms = clock_earlier(next_ms, clock_ms() + LOOK_MS);
    }
}

bool omprog_serve(struct gather *gather, int in_fd, int out_fd)
{
    struct omprog omprog = {.gather = gather, .in_fd = in_fd, .out_fd = out_fd};
    bool good = serve_lines(&omprog);
    buffer_free(&omprog.input);
    buffer_free(&omprog.output);
    return good;
}
