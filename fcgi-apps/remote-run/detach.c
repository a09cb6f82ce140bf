/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/stop_signal.h"
#include "util/xmalloc.h"

enum { ALIVE = 3 }; /* the one descriptor it keeps: our end sees it close */

struct detached {
    size_t limit;
    size_t count;
    int alive[]; /* our ends */
};

struct detached *detached_new(size_t limit)
{
    struct detached *detached = xcalloc(1, sizeof *detached + limit * sizeof *detached->alive);
    detached->limit = limit;
    return detached;
}

void detached_free(struct detached *detached)
{
    for (size_t i = 0; i < detached->count; i++) {
        close(detached->alive[i]);
    }
    free(detached);
}

static bool has_ended(int alive)
{
    struct pollfd wait = {.fd = alive};
    return poll(&wait, 1, 0) == 1 && (wait.revents & (POLLHUP | POLLERR)) != 0;
}

static void forget_ended(struct detached *detached)
{
    size_t kept = 0;
    for (size_t i = 0; i < detached->count; i++) {
        if (has_ended(detached->alive[i])) {
            close(detached->alive[i]);
        } else {
            detached->alive[kept++] = detached->alive[i];
        }
    }
    detached->count = kept;
}

/* ---- in the new process ---- */

/* Standard input was the listener; what else is open are connections that others wait for to close. */
static void keep_nothing(int alive)
{
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(alive, ALIVE);
    close_range(ALIVE + 1, ~0U, 0);
    fcntl(ALIVE, F_SETFD, FD_CLOEXEC);
}

static _Noreturn void become_detached(int alive, void (*work)(void *context, int stop), void *context)
{
    setsid();
    pid_t pid = fork();
    if (pid != 0) {
        _exit(pid < 0 ? 1 : 0);
    }
    keep_nothing(alive);
    work(context, stop_signal_open());
    _exit(0);
}

/* ---- */

enum detach detach_start(struct detached *detached, void (*work)(void *context, int stop), void *context,
                         struct err *err)
{
    int ends[2], status = 1;
    forget_ended(detached);
    if (detached->count == detached->limit) {
        return DETACH_TOO_MANY;
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        err_set_errno(err, errno, "a pipe to a run of its own");
        return DETACH_FAILED;
    }
    pid_t pid = fork();
    if (pid == 0) {
        become_detached(ends[1], work, context);
    }
    int errnum = errno;
    close(ends[1]);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        err_set_errno(err, pid < 0 ? errnum : EAGAIN, "a process for a run of its own");
        close(ends[0]);
        return DETACH_FAILED;
    }
    detached->alive[detached->count++] = ends[0];
    return DETACH_STARTED;
}
