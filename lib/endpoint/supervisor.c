/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "endpoint/signal_watch.h"
#include "util/backoff.h"
#include "util/clock.h"
#include "util/close_fd.h"
#include "util/log.h"
#include "util/random.h"
#include "util/sd_notify.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "supervisor"

enum { EXIT_SUPERVISOR = 3 };
enum { STEADY_MS = 10 * 1000 }; /* a worker that lived so long is replaced at once */

static const struct backoff replacing = {.first_ms = 200, .ceiling_ms = 10 * 1000};

struct supervised {
    pid_t pid;          /* 0: there is none at present */
    int ready;          /* our end of its pipe; -1 when it has nothing more to tell */
    bool serves;        /* it has called supervisor_ready */
    int64_t started_ms; /* by clock_ms */
    int64_t due_ms;     /* when to start one, while there is none */
    unsigned failures;  /* workers in a row that did not live for STEADY_MS */
};

struct supervisor {
    int signals;
    bool started; /* every worker served at one time */
    bool stopping;
    int status;
    size_t count;
    struct supervised workers[];
};

static void pass_on(const struct supervisor *supervisor, int signal)
{
    for (size_t i = 0; i < supervisor->count; i++) {
        if (supervisor->workers[i].pid > 0) {
            kill(supervisor->workers[i].pid, signal);
        }
    }
}

static void supervisor_stop(struct supervisor *supervisor, int status)
{
    if (!supervisor->stopping) {
        supervisor->stopping = true;
        supervisor->status = status;
        sd_notify_send("STOPPING=1");
    }
    pass_on(supervisor, SIGTERM);
}

static size_t count_serving(const struct supervisor *supervisor)
{
    size_t count = 0;
    for (size_t i = 0; i < supervisor->count; i++) {
        count += supervisor->workers[i].serves;
    }
    return count;
}

static void replace_later(struct supervised *worker)
{
    int64_t now_ms = clock_ms();
    bool steady = worker->serves && now_ms - worker->started_ms >= STEADY_MS;
    worker->failures = steady ? 0 : worker->failures + 1;
    worker->due_ms = steady ? now_ms : now_ms + backoff_wait_ms(&replacing, worker->failures, random_number());
}

/* Frees what only the supervisor needs. */
static void supervisor_free(struct supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->count; i++) {
        close_fd(&supervisor->workers[i].ready);
    }
    close_fd(&supervisor->signals);
    free(supervisor);
}

/* In the new process. It ends when the supervisor ended before prctl asked the kernel to tell of that. */
static void become_worker(struct supervisor *supervisor, pid_t parent)
{
    supervisor_free(supervisor);
    unsetenv("NOTIFY_SOCKET");
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent) {
        _exit(EXIT_SUPERVISOR);
    }
}

/* Forks. False with errno when that fails; true in both processes otherwise. The pid is 0 in the worker. */
static bool fork_worker(struct supervised *worker, int *ready, pid_t *pid)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return false;
    }
    *pid = fork();
    int errnum = errno;
    if (*pid <= 0) {
        close(ends[0]);
    }
    if (*pid == 0) {
        *ready = ends[1];
        return true;
    }
    close(ends[1]);
    if (*pid > 0) {
        *worker =
            (struct supervised){.pid = *pid, .ready = ends[0], .started_ms = clock_ms(), .failures = worker->failures};
    }
    errno = errnum;
    return *pid > 0;
}

/* Starts the workers that are due. True in a worker. */
static bool start_due_workers(struct supervisor *supervisor, int *ready)
{
    pid_t pid, parent = getpid();
    for (size_t i = 0; i < supervisor->count && !supervisor->stopping; i++) {
        struct supervised *worker = &supervisor->workers[i];
        if (worker->pid != 0 || worker->due_ms > clock_ms()) {
            continue;
        }
        if (!fork_worker(worker, ready, &pid)) {
            log_error("no process can be made", log_text("reason", strerror(errno)));
            replace_later(worker);
            if (!supervisor->started) {
                supervisor_stop(supervisor, EXIT_SUPERVISOR);
            }
        } else if (pid == 0) {
            become_worker(supervisor, parent);
            return true;
        }
    }
    return false;
}

/* Reads what the worker has told, if anything. */
static void hear(struct supervisor *supervisor, struct supervised *worker)
{
    char byte;
    ssize_t got = worker->ready >= 0 ? read(worker->ready, &byte, 1) : -1;
    if (got < 0) {
        return;
    }
    worker->serves = got == 1;
    close_fd(&worker->ready);
    if (!supervisor->started && count_serving(supervisor) == supervisor->count) {
        supervisor->started = true;
        log_info("all processes serve", log_number("processes", (int64_t)supervisor->count));
        sd_notify_send("READY=1");
    }
}

static void log_end(const struct supervised *worker, int status)
{
    bool killed = WIFSIGNALED(status);
    LOG_AT(status == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, "a process has ended", log_number("pid", worker->pid),
           log_text("by", killed ? "signal" : "exit"),
           log_number("number", killed ? WTERMSIG(status) : WEXITSTATUS(status)));
}

/* It ends the program when it shows that none can serve, otherwise another one takes its place. */
static void worker_ended(struct supervisor *supervisor, struct supervised *worker, int status)
{
    hear(supervisor, worker);
    bool served = worker->serves;
    replace_later(worker);
    worker->serves = false;
    if (!supervisor->stopping) {
        log_end(worker, status);
    }
    worker->pid = 0;
    if (!supervisor->stopping && !served && (!supervisor->started || count_serving(supervisor) == 0)) {
        bool told = WIFEXITED(status) && WEXITSTATUS(status) != 0;
        supervisor_stop(supervisor, told ? WEXITSTATUS(status) : EXIT_SUPERVISOR);
    }
}

static void reap(struct supervisor *supervisor)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        for (size_t i = 0; i < supervisor->count; i++) {
            if (supervisor->workers[i].pid == pid) {
                worker_ended(supervisor, &supervisor->workers[i], status);
            }
        }
    }
}

static void take_signal(struct supervisor *supervisor, uint32_t signal)
{
    switch (signal) {
    case SIGCHLD:
        reap(supervisor);
        break;
    case SIGHUP:
        pass_on(supervisor, SIGHUP);
        break;
    default:
        supervisor_stop(supervisor, EXIT_SUCCESS);
    }
}

/* Waits until something happens or a worker is due, and deals with it. */
static void supervisor_wait(struct supervisor *supervisor)
{
    struct pollfd waits[SUPERVISOR_WORKERS_MAX + 1];
    struct signalfd_siginfo signal_info;
    int64_t until_ms = INT64_MAX;
    for (size_t i = 0; i < supervisor->count; i++) {
        const struct supervised *worker = &supervisor->workers[i];
        waits[i] = (struct pollfd){.fd = worker->ready, .events = POLLIN};
        if (worker->pid == 0 && !supervisor->stopping) {
            until_ms = clock_earlier(until_ms, worker->due_ms);
        }
    }
    waits[supervisor->count] = (struct pollfd){.fd = supervisor->signals, .events = POLLIN};
    poll(waits, supervisor->count + 1, clock_poll_timeout(until_ms));
    for (size_t i = 0; i < supervisor->count; i++) {
        hear(supervisor, &supervisor->workers[i]);
    }
    while (read(supervisor->signals, &signal_info, sizeof signal_info) == sizeof signal_info) {
        take_signal(supervisor, signal_info.ssi_signo);
    }
}

static bool has_workers(const struct supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->count; i++) {
        if (supervisor->workers[i].pid != 0) {
            return true;
        }
    }
    return false;
}

static struct supervisor *supervisor_new(size_t count)
{
    struct supervisor *supervisor = xcalloc(1, sizeof *supervisor + count * sizeof *supervisor->workers);
    supervisor->count = count;
    supervisor->signals = signal_watch_open();
    for (size_t i = 0; i < count; i++) {
        supervisor->workers[i].ready = -1;
    }
    return supervisor;
}

bool supervisor_run(size_t count, int *ready, int *status)
{
    struct supervisor *supervisor = supervisor_new(count);
    if (supervisor->signals < 0) {
        log_error("does not start", log_text("reason", strerror(errno)));
        supervisor_stop(supervisor, EXIT_SUPERVISOR);
    }
    while (!supervisor->stopping || has_workers(supervisor)) {
        if (start_due_workers(supervisor, ready)) {
            return true;
        }
        supervisor_wait(supervisor);
    }
    *status = supervisor->status;
    supervisor_free(supervisor);
    return false;
}

void supervisor_ready(int ready)
{
    if (ready < 0) {
        sd_notify_send("READY=1");
        return;
    }
    (void)!write(ready, "", 1);
    close(ready);
}
