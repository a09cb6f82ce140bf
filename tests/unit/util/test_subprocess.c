/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/suite.h"
#include "util/buffer.h"
#include "util/clock.h"
#include "util/subprocess.h"

enum { LONG_MS = 100 * 1000, SHORT_MS = 50 };

static const struct subprocess_limits no_limits = {LONG_MS, LONG_MS};

static void subprocess_gather(void *context, const char *bytes, size_t len)
{
    buffer_add(context, bytes, len);
}

static void subprocess_count(void *context, const char *bytes, size_t len)
{
    (void)bytes;
    *(size_t *)context += len;
}

/* Runs on until it is over. stop_at: stops it when the output holds this; NULL: never. */
static struct subprocess_end follow(struct subprocess *process, struct buffer *out, const char *stop_at)
{
    struct subprocess_end end;
    while (!subprocess_step(process, subprocess_gather, out, &end)) {
        struct pollfd polls[SUBPROCESS_POLLS];
        if (stop_at != NULL && strstr(buffer_cstr(out), stop_at) != NULL) {
            subprocess_stop(process);
        }
        int64_t left = subprocess_polls(process, polls) - clock_ms();
        ck_assert_int_ge(poll(polls, SUBPROCESS_POLLS, left < 0 ? 0 : left < LONG_MS ? (int)left + 1 : LONG_MS), 0);
    }
    return end;
}

static struct subprocess *start_script(const char *script, const struct subprocess_limits *limits)
{
    struct err err = {0};
    struct subprocess *process = subprocess_start((const char *const[]){"sh", "-c", script, NULL}, limits, &err);
    ck_assert_msg(process != NULL, "%s", err.text);
    return process;
}

static struct subprocess_end subprocess_run(const char *script, const struct subprocess_limits *limits,
                                            struct buffer *out, const char *stop_at)
{
    struct subprocess *process = start_script(script, limits);
    struct subprocess_end end = follow(process, out, stop_at);
    subprocess_free(process);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* reaped: no child is left */
    ck_assert_int_eq(errno, ECHILD);
    return end;
}

START_TEST(output_and_errors_come_in_order_and_the_status)
{
    struct buffer out = {0};
    struct subprocess_end end =
        subprocess_run("echo one; echo two >&2; printf 'th\\0ree'; exit 3", &no_limits, &out, NULL);
    ck_assert_int_eq(end.fate, SUBPROCESS_EXITED);
    ck_assert_int_eq(end.number, 3);
    ck_assert_uint_eq(out.len, 14);
    ck_assert_mem_eq(out.at, "one\ntwo\nth\0ree", 14);
    buffer_free(&out);
}
END_TEST

START_TEST(arguments_pass_no_shell)
{
    struct buffer out = {0};
    struct err err = {0};
    const char *const argv[] = {"printf", "%s|", "$(id)", "; echo x", "a b", "-D", "", NULL};
    struct subprocess *process = subprocess_start(argv, &no_limits, &err);
    ck_assert_ptr_nonnull(process);
    follow(process, &out, NULL);
    ck_assert_str_eq(buffer_cstr(&out), "$(id)|; echo x|a b|-D||");
    subprocess_free(process);
    buffer_free(&out);
}
END_TEST

START_TEST(a_command_that_is_not_there_says_so)
{
    struct err err = {0};
    ck_assert_ptr_null(subprocess_start((const char *const[]){"/nonexistent/rudder", NULL}, &no_limits, &err));
    ck_assert_str_eq(err.text, "/nonexistent/rudder: No such file or directory");
    ck_assert_ptr_null(subprocess_start((const char *const[]){"/", NULL}, &no_limits, &err));
    ck_assert_str_eq(err.text, "/: Permission denied");
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

/* Nothing of ours but /dev/null and the pipe; no signal blocked or ignored (but 32 and 33, which are glibc's own); a
 * group of its own. */
START_TEST(it_inherits_nothing)
{
    struct buffer out = {0};
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    signal(SIGPIPE, SIG_IGN);
    int kept = open("/dev/null", O_RDONLY); /* no FD_CLOEXEC, as libfcgi's connection */
    ck_assert_int_ge(kept, 3);
    subprocess_run("readlink /proc/self/fd/0; ls /proc/$$/fd; test $(ps -o pgid= -p $$) = $$ && echo own", &no_limits,
                   &out, NULL);
    ck_assert_str_eq(buffer_cstr(&out), "/dev/null\n0\n1\n2\nown\n");
    buffer_clear(&out);
    /* Without a shell, which has a mask of its own. */
    const char *const argv[] = {"sed", "-n", "/^Sig[BI]/{s/0180000000/0000000000/;p;}", "/proc/self/status", NULL};
    struct err err = {0};
    struct subprocess *process = subprocess_start(argv, &no_limits, &err);
    ck_assert_msg(process != NULL, "%s", err.text);
    follow(process, &out, NULL);
    subprocess_free(process);
    ck_assert_str_eq(buffer_cstr(&out), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    close(kept);
    buffer_free(&out);
}
END_TEST

START_TEST(a_flood_comes_whole)
{
    struct subprocess *process = start_script("head -c 20000000 /dev/zero", &no_limits);
    struct subprocess_end end;
    size_t bytes = 0;
    while (!subprocess_step(process, subprocess_count, &bytes, &end)) {
        struct pollfd polls[SUBPROCESS_POLLS];
        subprocess_polls(process, polls);
        ck_assert_int_ge(poll(polls, SUBPROCESS_POLLS, LONG_MS), 0);
    }
    ck_assert_uint_eq(bytes, 20000000);
    ck_assert_int_eq(end.fate, SUBPROCESS_EXITED);
    subprocess_free(process);
}
END_TEST

START_TEST(one_that_takes_too_long_is_ended)
{
    struct buffer out = {0};
    struct subprocess_end end =
        subprocess_run("echo begun; sleep 1000", &(struct subprocess_limits){SHORT_MS, LONG_MS}, &out, NULL);
    ck_assert_int_eq(end.fate, SUBPROCESS_TIMED_OUT);
    ck_assert(!end.given_up);
    buffer_free(&out);
}
END_TEST

START_TEST(a_stopped_one_may_say_a_last_word)
{
    struct buffer out = {0};
    struct subprocess_end end = subprocess_run(
        "trap 'echo ending; exit 0' TERM; echo ready; while :; do sleep 1000 & wait; done", &no_limits, &out, "ready");
    ck_assert_int_eq(end.fate, SUBPROCESS_STOPPED);
    ck_assert_str_eq(buffer_cstr(&out), "ready\nending\n");
    buffer_free(&out);
}
END_TEST

/* Neither gone nor a zombie that init has not taken yet. */
static bool is_alive(pid_t pid)
{
    char path[64], state[512] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    bool alive = fgets(state, sizeof state, file) != NULL && strstr(state, ") Z ") == NULL &&
                 strstr(state, ") X ") == NULL;
    fclose(file);
    return alive;
}

/* Its children ignore TERM, too, and hold the pipe: only KILL to the whole group ends it. */
START_TEST(one_that_ignores_term_is_killed_with_its_children)
{
    struct buffer out = {0};
    struct subprocess_end end = subprocess_run("trap '' TERM; (sleep 1000) & echo $!; echo ready; wait",
                                               &(struct subprocess_limits){LONG_MS, SHORT_MS}, &out, "ready");
    ck_assert_int_eq(end.fate, SUBPROCESS_STOPPED);
    ck_assert(!end.given_up);
    pid_t grandchild = (pid_t)strtol(buffer_cstr(&out), NULL, 10);
    ck_assert_int_gt(grandchild, 0);
    while (is_alive(grandchild)) { /* the suite has a limit */
        poll(NULL, 0, 1);
    }
    buffer_free(&out);
}
END_TEST

START_TEST(a_leader_that_ends_at_term_leaves_no_child_behind)
{
    struct buffer out = {0};
    subprocess_run("(trap '' TERM; echo ready; sleep 1000) & wait", &(struct subprocess_limits){LONG_MS, SHORT_MS},
                   &out, "ready");
    struct subprocess_end end = subprocess_run("true", &no_limits, &out, NULL);
    ck_assert_int_eq(end.fate, SUBPROCESS_EXITED);
    buffer_free(&out);
}
END_TEST

START_TEST(a_daemon_that_holds_the_pipe_is_not_waited_for_and_lives)
{
    struct buffer out = {0};
    struct subprocess_end end = subprocess_run("setsid sleep 1000 & echo $!", &no_limits, &out, NULL);
    ck_assert_int_eq(end.fate, SUBPROCESS_EXITED);
    ck_assert_int_eq(end.number, 0);
    pid_t daemon_pid = (pid_t)strtol(buffer_cstr(&out), NULL, 10);
    ck_assert_int_eq(kill(daemon_pid, 0), 0);
    kill(daemon_pid, SIGKILL);
    buffer_free(&out);
}
END_TEST

START_TEST(a_signal_that_is_not_ours_is_said)
{
    struct buffer out = {0};
    struct subprocess_end end = subprocess_run("kill -SEGV $$", &no_limits, &out, NULL);
    ck_assert_int_eq(end.fate, SUBPROCESS_SIGNALLED);
    ck_assert_int_eq(end.number, SIGSEGV);
    buffer_free(&out);
}
END_TEST

START_TEST(freed_before_its_end_it_is_killed)
{
    struct subprocess *process = start_script("trap '' TERM; sleep 1000", &no_limits);
    subprocess_free(process);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    subprocess_free(NULL);
}
END_TEST

SUITE_MAIN("subprocess", output_and_errors_come_in_order_and_the_status, arguments_pass_no_shell,
           a_command_that_is_not_there_says_so, it_inherits_nothing, a_flood_comes_whole,
           one_that_takes_too_long_is_ended, a_stopped_one_may_say_a_last_word,
           one_that_ignores_term_is_killed_with_its_children, a_leader_that_ends_at_term_leaves_no_child_behind,
           a_daemon_that_holds_the_pipe_is_not_waited_for_and_lives, a_signal_that_is_not_ours_is_said,
           freed_before_its_end_it_is_killed)
