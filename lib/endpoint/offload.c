/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/offload.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/clock.h"

/* Sets up the child. False when the child must end: the worker ended before prctl asked the kernel to end the child
 * with it. */
static bool become_child(struct offload *offload, int listener, pid_t worker)
{
    *offload = (struct offload){.is_child = true};
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return null >= 0 && dup2(null, listener) == listener && close(null) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
           getppid() == worker;
}

enum offload_side offload_response(struct offload *offload, int listener, struct err *err)
{
    offload_reap(offload);
    if (offload->is_child || offload->count == OFFLOAD_MAX) {
        return OFFLOAD_NONE;
    }
    pid_t worker = getpid();
    pid_t pid = fork();
    if (pid < 0) {
        err_set_errno(err, errno, "a process for a slow client");
        return OFFLOAD_NONE;
    }
    if (pid > 0) {
        offload->pids[offload->count++] = pid;
        return OFFLOAD_PARENT;
    }
    if (!become_child(offload, listener, worker)) {
        _exit(1);
    }
    return OFFLOAD_CHILD;
}

void offload_reap(struct offload *offload)
{
    size_t kept = 0;
    for (size_t i = 0; i < offload->count; i++) {
        if (waitpid(offload->pids[i], NULL, WNOHANG) == 0) {
            offload->pids[kept++] = offload->pids[i];
        }
    }
    offload->count = kept;
}

size_t offload_end(struct offload *offload, int signals, int64_t timeout_ms)
{
    struct signalfd_siginfo ignored;
    int64_t end = clock_ms() + timeout_ms;
    offload_reap(offload);
    for (int64_t left = timeout_ms; offload->count > 0 && left > 0; left = end - clock_ms()) {
        struct pollfd wait = {.fd = signals, .events = POLLIN};
        if (poll(&wait, 1, (int)left) == 1) {
            (void)!read(signals, &ignored, sizeof ignored);
        }
        offload_reap(offload);
    }
    for (size_t i = 0; i < offload->count; i++) {
        kill(offload->pids[i], SIGKILL);
        waitpid(offload->pids[i], NULL, 0);
    }
    size_t ended = offload->count;
    offload->count = 0;
    return ended;
}
