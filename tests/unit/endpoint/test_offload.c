/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "endpoint/offload.h"
#include "support/suite.h"

/* A worker with a descriptor for a listener; what children do is to wait for the end of a pipe. */
struct fixture {
    struct offload offload;
    int listener;
    int go[2];
    int signals;
};

static struct fixture fixture_make(void)
{
    struct fixture it = {.listener = open("/", O_RDONLY | O_CLOEXEC)};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    it.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    ck_assert_int_eq(pipe2(it.go, O_CLOEXEC), 0);
    return it;
}

static void fixture_remove(struct fixture *it)
{
    close(it->listener);
    close(it->signals);
    close(it->go[0]);
    close(it->go[1]);
}

static void wait_for_go(const struct fixture *it)
{
    char byte;
    close(it->go[1]);
    _exit(read(it->go[0], &byte, 1) == 0 ? 0 : 1);
}

static void start(struct fixture *it)
{
    struct err err = {0};
    enum offload_side side = offload_response(&it->offload, it->listener, &err);
    if (side == OFFLOAD_CHILD) {
        wait_for_go(it);
    }
    ck_assert_int_eq(side, OFFLOAD_PARENT);
}

static void let_go(struct fixture *it)
{
    close(it->go[1]);
    it->go[1] = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

START_TEST(they_are_no_more_than_the_limit)
{
    struct fixture it = fixture_make();
    struct err err = {0};
    for (size_t i = 0; i < OFFLOAD_MAX; i++) {
        start(&it);
    }
    ck_assert_int_eq(offload_response(&it.offload, it.listener, &err), OFFLOAD_NONE);
    ck_assert_str_eq(err.text, "");
    kill(it.offload.pids[3], SIGKILL);
    siginfo_t ended;
    ck_assert_int_eq(waitid(P_PID, (id_t)it.offload.pids[3], &ended, WEXITED | WNOWAIT), 0);
    start(&it);
    ck_assert_uint_eq(it.offload.count, OFFLOAD_MAX);
    let_go(&it);
    ck_assert_uint_eq(offload_end(&it.offload, it.signals, 60000), 0);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* reaped, each of them */
    ck_assert_int_eq(errno, ECHILD);
    fixture_remove(&it);
}
END_TEST

START_TEST(who_takes_too_long_is_ended)
{
    struct fixture it = fixture_make();
    start(&it);
    start(&it);
    ck_assert_uint_eq(offload_end(&it.offload, it.signals, 20), 2);
    ck_assert_uint_eq(it.offload.count, 0);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_uint_eq(offload_end(&it.offload, it.signals, 60000), 0); /* none: no waiting */
    fixture_remove(&it);
}
END_TEST

/* What it is, told by its exit status. */
START_TEST(a_child_has_no_listener_and_no_children)
{
    struct fixture it = fixture_make();
    int status;
    start(&it);
    if (offload_response(&it.offload, it.listener, NULL) == OFFLOAD_CHILD) {
        struct stat null, listener;
        bool good = it.offload.is_child && it.offload.count == 0 && stat("/dev/null", &null) == 0 &&
                    fstat(it.listener, &listener) == 0 && listener.st_rdev == null.st_rdev &&
                    offload_response(&it.offload, it.listener, NULL) == OFFLOAD_NONE;
        _exit(good ? 0 : 1);
    }
    ck_assert(!it.offload.is_child);
    ck_assert_int_eq(waitpid(it.offload.pids[1], &status, 0), it.offload.pids[1]);
    ck_assert_int_eq(status, 0);
    let_go(&it);
    ck_assert_uint_eq(offload_end(&it.offload, it.signals, 60000), 0);
    fixture_remove(&it);
}
END_TEST

/* The child would wait for ever: the other end of its pipe is ours. */
START_TEST(a_child_ends_with_its_worker)
{
    struct fixture it = fixture_make();
    int alive[2];
    char byte;
    ck_assert_int_eq(pipe2(alive, O_CLOEXEC), 0);
    pid_t worker = fork();
    if (worker == 0) {
        if (offload_response(&it.offload, it.listener, NULL) == OFFLOAD_CHILD) {
            (void)!write(alive[1], "x", 1);
            (void)!read(it.go[0], &byte, 1);
        }
        (void)!read(it.go[0], &byte, 1);
        _exit(0);
    }
    close(alive[1]);
    ck_assert_int_eq(read(alive[0], &byte, 1), 1);
    kill(worker, SIGKILL);
    waitpid(worker, NULL, 0);
    struct pollfd wait = {.fd = alive[0], .events = POLLIN};
    ck_assert_int_eq(poll(&wait, 1, 60000), 1);
    ck_assert_int_eq(read(alive[0], &byte, 1), 0);
    close(alive[0]);
    fixture_remove(&it);
}
END_TEST

SUITE_MAIN("offload", they_are_no_more_than_the_limit, who_takes_too_long_is_ended,
           a_child_has_no_listener_and_no_children, a_child_ends_with_its_worker)
