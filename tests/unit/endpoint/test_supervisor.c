/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "endpoint/signal_watch.h"
#include "endpoint/supervisor.h"
#include "support/suite.h"
#include "util/clock.h"

enum { PATIENCE = 60 * 1000 }; /* milliseconds */

/* What a worker tells the test, in one write. */
struct told {
    pid_t pid;
    int what; /* READY or the number of a signal */
};
enum { READY = 0, SUPERVISOR_ENDED = -1 };

/* A supervisor in a process of its own. Workers write what happens to them into the pipe. A worker ends with 7 before
 * it is ready while the file `broken` is there. */
struct supervised_test {
    char broken[64];
    pid_t supervisor;
    int told[2];
    int notified;     /* stands for systemd */
    bool tells_first; /* workers tell the test that they are ready before they tell the supervisor */
    bool only_one_starts;
};

static int open_notified(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char name[sizeof address.sun_path];
    int len = snprintf(name, sizeof name, "@relay-test-%d", getpid());
    memcpy(address.sun_path + 1, name + 1, (size_t)len - 1);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, (socklen_t)(sizeof(sa_family_t) + (size_t)len)), 0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static struct supervised_test supervised_make(void)
{
    struct supervised_test it = {.notified = open_notified()};
    snprintf(it.broken, sizeof it.broken, "/tmp/relay-test-supervisor.%d", getpid());
    unlink(it.broken);
    ck_assert_int_eq(pipe2(it.told, O_CLOEXEC), 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* workers whose supervisor was killed become ours, to be waited for */
    return it;
}

static void tell(const struct supervised_test *it, int what)
{
    struct told told = {getpid(), what};
    (void)!write(it->told[1], &told, sizeof told);
}

static int work(const struct supervised_test *it, int ready)
{
    int signals = signal_watch_open();
    if (it->only_one_starts && open(it->broken, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) < 0) {
        usleep(700 * 1000); /* until the other one is ready */
        return 7;
    }
    if (!it->only_one_starts && (access(it->broken, F_OK) == 0 || getenv("NOTIFY_SOCKET") != NULL)) {
        return 7;
    }
    if (it->tells_first) {
        tell(it, READY);
    }
    supervisor_ready(ready);
    if (!it->tells_first) {
        tell(it, READY);
    }
    for (;;) {
        struct signalfd_siginfo signal_info;
        struct pollfd wait = {.fd = signals, .events = POLLIN};
        poll(&wait, 1, -1);
        if (read(signals, &signal_info, sizeof signal_info) == sizeof signal_info) {
            tell(it, (int)signal_info.ssi_signo);
            if (signal_info.ssi_signo == SIGTERM) {
                return 0;
            }
        }
    }
}

static void supervised_start(struct supervised_test *it, size_t count)
{
    it->supervisor = fork();
    if (it->supervisor == 0) {
        int ready, status;
        if (supervisor_run(count, &ready, &status)) {
            _exit(work(it, ready));
        }
        tell(it, SUPERVISOR_ENDED);
        _exit(status);
    }
}

static struct told hear_from_worker(const struct supervised_test *it)
{
    struct told told = {0};
    struct pollfd wait = {.fd = it->told[0], .events = POLLIN};
    ck_assert_int_eq(poll(&wait, 1, PATIENCE), 1);
    ck_assert_int_eq(read(it->told[0], &told, sizeof told), sizeof told);
    return told;
}

/* Waits until so many workers have told this; the pid of the last one. */
static pid_t expect_told(const struct supervised_test *it, int what, size_t times)
{
    struct told told = {0};
    for (size_t i = 0; i < times; i++) {
        told = hear_from_worker(it);
        ck_assert_int_eq(told.what, what);
    }
    return told.pid;
}

static void expect_notified(const struct supervised_test *it, const char *state)
{
    char text[64] = "";
    struct pollfd wait = {.fd = it->notified, .events = POLLIN};
    ck_assert_int_eq(poll(&wait, 1, PATIENCE), 1);
    ck_assert_int_gt(read(it->notified, text, sizeof text - 1), 0);
    ck_assert_str_eq(text, state);
}

static bool is_notified(const struct supervised_test *it)
{
    struct pollfd wait = {.fd = it->notified, .events = POLLIN};
    return poll(&wait, 1, 0) == 1;
}

static int end_of(pid_t pid)
{
    int status = -1;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return status;
}

static void supervised_remove(struct supervised_test *it)
{
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* nothing is left, not even a zombie */
    close(it->told[0]);
    close(it->told[1]);
    close(it->notified);
    unlink(it->broken);
}

static void make_broken(const struct supervised_test *it)
{
    close(open(it->broken, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

/* The signal ends the supervisor and its workers as it should. */
static void expect_good_end(struct supervised_test *it, int signal, int workers)
{
    kill(it->supervisor, signal);
    expect_told(it, SIGTERM, workers);
    expect_told(it, SUPERVISOR_ENDED, 1);
    ck_assert_int_eq(end_of(it->supervisor), 0);
    supervised_remove(it);
}

START_TEST(systemd_is_told_when_every_worker_serves)
{
    struct supervised_test it = supervised_make();
    it.tells_first = true;
    supervised_start(&it, 8);
    expect_notified(&it, "READY=1");
    for (int i = 0; i < 8; i++) {
        ck_assert_int_eq(poll(&(struct pollfd){.fd = it.told[0], .events = POLLIN}, 1, 0), 1);
        expect_told(&it, READY, 1);
    }
    kill(it.supervisor, SIGTERM);
    expect_told(&it, SIGTERM, 8);
    expect_notified(&it, "STOPPING=1");
    expect_told(&it, SUPERVISOR_ENDED, 1);
    ck_assert_int_eq(end_of(it.supervisor), 0);
    supervised_remove(&it);
}
END_TEST

START_TEST(a_worker_that_cannot_start_ends_the_start_with_its_status)
{
    struct supervised_test it = supervised_make();
    make_broken(&it);
    supervised_start(&it, 3);
    expect_told(&it, SUPERVISOR_ENDED, 1);
    ck_assert_int_eq(WEXITSTATUS(end_of(it.supervisor)), 7);
    expect_notified(&it, "STOPPING=1"); /* and never ready */
    ck_assert(!is_notified(&it));
    supervised_remove(&it);
}
END_TEST

/* The one that makes the file serves; the others end a moment later. */
START_TEST(nobody_is_told_ready_when_only_some_serve)
{
    struct supervised_test it = supervised_make();
    it.only_one_starts = true;
    supervised_start(&it, 3);
    expect_told(&it, READY, 1);
    expect_told(&it, SIGTERM, 1);
    expect_told(&it, SUPERVISOR_ENDED, 1);
    ck_assert_int_eq(WEXITSTATUS(end_of(it.supervisor)), 7);
    expect_notified(&it, "STOPPING=1");
    supervised_remove(&it);
}
END_TEST

START_TEST(a_worker_that_is_killed_is_replaced_and_reaped)
{
    struct supervised_test it = supervised_make();
    supervised_start(&it, 2);
    pid_t victim = expect_told(&it, READY, 2);
    kill(victim, SIGKILL);
    ck_assert_int_ne(expect_told(&it, READY, 1), victim);
    ck_assert_int_eq(kill(victim, 0), -1);
    ck_assert_int_eq(errno, ESRCH);
    expect_good_end(&it, SIGINT, 2);
}
END_TEST

/* Five in a row within at least half of 200, 400, 800 and 1600 ms. */
START_TEST(workers_that_keep_ending_are_replaced_ever_more_slowly)
{
    struct supervised_test it = supervised_make();
    supervised_start(&it, 1);
    pid_t worker = expect_told(&it, READY, 1);
    int64_t begun_ms = clock_ms();
    for (int i = 0; i < 4; i++) {
        kill(worker, SIGKILL);
        worker = expect_told(&it, READY, 1);
    }
    ck_assert_int_ge(clock_ms() - begun_ms, 1500);
    expect_good_end(&it, SIGTERM, 1);
}
END_TEST

START_TEST(one_that_cannot_be_replaced_does_not_end_the_others)
{
    struct supervised_test it = supervised_make();
    supervised_start(&it, 2);
    pid_t victim = expect_told(&it, READY, 2);
    make_broken(&it);
    kill(victim, SIGKILL);
    usleep(700 * 1000); /* one or two tries; with fewer the test proves less, but does not fail */
    unlink(it.broken);
    expect_told(&it, READY, 1);
    expect_good_end(&it, SIGUSR1, 2);
}
END_TEST

START_TEST(when_none_serves_and_none_can_start_it_gives_up)
{
    struct supervised_test it = supervised_make();
    supervised_start(&it, 1);
    pid_t worker = expect_told(&it, READY, 1);
    make_broken(&it);
    kill(worker, SIGKILL);
    expect_told(&it, SUPERVISOR_ENDED, 1);
    ck_assert_int_eq(WEXITSTATUS(end_of(it.supervisor)), 7);
    supervised_remove(&it);
}
END_TEST

START_TEST(hup_is_passed_on)
{
    struct supervised_test it = supervised_make();
    supervised_start(&it, 2);
    expect_told(&it, READY, 2);
    kill(it.supervisor, SIGHUP);
    expect_told(&it, SIGHUP, 2);
    expect_good_end(&it, SIGTERM, 2);
}
END_TEST

START_TEST(workers_are_told_to_end_when_the_supervisor_is_killed)
{
    struct supervised_test it = supervised_make();
    supervised_start(&it, 2);
    expect_told(&it, READY, 2);
    kill(it.supervisor, SIGKILL);
    expect_told(&it, SIGTERM, 2);
    end_of(it.supervisor);
    while (waitpid(-1, NULL, 0) > 0) {
    }
    supervised_remove(&it);
}
END_TEST

/* A signal that comes before a worker can take it is not lost, and does not end it before it could clean up. The
 * supervisor gets the signal blocked, since until it blocks it by itself it would end at once. */
START_TEST(a_stop_during_the_start_is_not_lost)
{
    struct supervised_test it = supervised_make();
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    supervised_start(&it, 8);
    kill(it.supervisor, SIGTERM);
    ck_assert_int_eq(end_of(it.supervisor), 0);
    supervised_remove(&it);
}
END_TEST

SUITE_MAIN("supervisor", systemd_is_told_when_every_worker_serves,
           a_worker_that_cannot_start_ends_the_start_with_its_status, nobody_is_told_ready_when_only_some_serve,
           a_worker_that_is_killed_is_replaced_and_reaped, workers_that_keep_ending_are_replaced_ever_more_slowly,
           one_that_cannot_be_replaced_does_not_end_the_others, when_none_serves_and_none_can_start_it_gives_up,
           hup_is_passed_on, workers_are_told_to_end_when_the_supervisor_is_killed, a_stop_during_the_start_is_not_lost)
