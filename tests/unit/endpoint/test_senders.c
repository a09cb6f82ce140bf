/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "endpoint/senders.h"
#include "support/suite.h"

/* A worker with a descriptor for a listener; what senders do is to wait for the end of a pipe. */
struct fixture {
    struct senders senders;
    int listener;
    int go[2];
    int signals;
};

static struct fixture senders_fixture_make(void)
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

static void senders_fixture_remove(struct fixture *it)
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

static void senders_start(struct fixture *it)
{
    struct err err = {0};
    enum senders_fork side = senders_fork(&it->senders, it->listener, &err);
    if (side == SENDERS_THE_SENDER) {
        wait_for_go(it);
    }
    ck_assert_int_eq(side, SENDERS_THE_WORKER);
}

static void let_go(struct fixture *it)
{
    close(it->go[1]);
    it->go[1] = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

START_TEST(they_are_no_more_than_the_limit)
{
    struct fixture it = senders_fixture_make();
    struct err err = {0};
    for (size_t i = 0; i < SENDERS_MAX; i++) {
        senders_start(&it);
    }
    ck_assert_int_eq(senders_fork(&it.senders, it.listener, &err), SENDERS_NONE);
    ck_assert_str_eq(err.text, "");
    kill(it.senders.pids[3], SIGKILL);
    siginfo_t ended;
    ck_assert_int_eq(waitid(P_PID, (id_t)it.senders.pids[3], &ended, WEXITED | WNOWAIT), 0);
    senders_start(&it);
    ck_assert_uint_eq(it.senders.count, SENDERS_MAX);
    let_go(&it);
    ck_assert_uint_eq(senders_end(&it.senders, it.signals, 60000), 0);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* reaped, each of them */
    ck_assert_int_eq(errno, ECHILD);
    senders_fixture_remove(&it);
}
END_TEST

START_TEST(who_takes_too_long_is_ended)
{
    struct fixture it = senders_fixture_make();
    senders_start(&it);
    senders_start(&it);
    ck_assert_uint_eq(senders_end(&it.senders, it.signals, 20), 2);
    ck_assert_uint_eq(it.senders.count, 0);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_uint_eq(senders_end(&it.senders, it.signals, 60000), 0); /* none: no waiting */
    senders_fixture_remove(&it);
}
END_TEST

/* What it is, told by its exit status. */
START_TEST(a_sender_has_no_listener_and_no_senders)
{
    struct fixture it = senders_fixture_make();
    int status;
    senders_start(&it);
    if (senders_fork(&it.senders, it.listener, NULL) == SENDERS_THE_SENDER) {
        struct stat null, listener;
        bool good = it.senders.is_sender && it.senders.count == 0 && stat("/dev/null", &null) == 0 &&
                    fstat(it.listener, &listener) == 0 && listener.st_rdev == null.st_rdev &&
                    senders_fork(&it.senders, it.listener, NULL) == SENDERS_NONE;
        _exit(good ? 0 : 1);
    }
    ck_assert(!it.senders.is_sender);
    ck_assert_int_eq(waitpid(it.senders.pids[1], &status, 0), it.senders.pids[1]);
    ck_assert_int_eq(status, 0);
    let_go(&it);
    ck_assert_uint_eq(senders_end(&it.senders, it.signals, 60000), 0);
    senders_fixture_remove(&it);
}
END_TEST

/* The sender would wait for ever: the other end of its pipe is ours. */
START_TEST(a_sender_ends_with_its_worker)
{
    struct fixture it = senders_fixture_make();
    int alive[2];
    char byte;
    ck_assert_int_eq(pipe2(alive, O_CLOEXEC), 0);
    pid_t worker = fork();
    if (worker == 0) {
        if (senders_fork(&it.senders, it.listener, NULL) == SENDERS_THE_SENDER) {
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
    senders_fixture_remove(&it);
}
END_TEST

SUITE_MAIN("senders", they_are_no_more_than_the_limit, who_takes_too_long_is_ended,
           a_sender_has_no_listener_and_no_senders, a_sender_ends_with_its_worker)
