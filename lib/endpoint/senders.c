/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/senders.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/clock.h"

/* False when it must not go on: the worker has ended before the kernel knew that this matters. */
static bool become_sender(struct senders *senders, int listener, pid_t worker)
{
    *senders = (struct senders){.is_sender = true};
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return null >= 0 && dup2(null, listener) == listener && close(null) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
           getppid() == worker;
}

enum senders_fork senders_fork(struct senders *senders, int listener, struct err *err)
{
    senders_reap(senders);
    if (senders->is_sender || senders->count == SENDERS_MAX) {
        return SENDERS_NONE;
    }
    pid_t worker = getpid();
    pid_t pid = fork();
    if (pid < 0) {
        err_set_errno(err, errno, "a process for a slow client");
        return SENDERS_NONE;
    }
    if (pid > 0) {
        senders->pids[senders->count++] = pid;
        return SENDERS_THE_WORKER;
    }
    if (!become_sender(senders, listener, worker)) {
        _exit(1);
    }
    return SENDERS_THE_SENDER;
}

void senders_reap(struct senders *senders)
{
    size_t kept = 0;
    for (size_t i = 0; i < senders->count; i++) {
        if (waitpid(senders->pids[i], NULL, WNOHANG) == 0) {
            senders->pids[kept++] = senders->pids[i];
        }
    }
    senders->count = kept;
}

size_t senders_end(struct senders *senders, int signals, int64_t timeout_ms)
{
    struct signalfd_siginfo ignored;
    int64_t end = clock_ms() + timeout_ms;
    senders_reap(senders);
    for (int64_t left = timeout_ms; senders->count > 0 && left > 0; left = end - clock_ms()) {
        struct pollfd wait = {.fd = signals, .events = POLLIN};
        if (poll(&wait, 1, (int)left) == 1) {
            (void)!read(signals, &ignored, sizeof ignored);
        }
        senders_reap(senders);
    }
    for (size_t i = 0; i < senders->count; i++) {
        kill(senders->pids[i], SIGKILL);
        waitpid(senders->pids[i], NULL, 0);
    }
    size_t ended = senders->count;
    senders->count = 0;
    return ended;
}
