/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The helper in a process of its own, asked by remote-run's side of it (command_call.h), or by bytes that are none of
 * remote-run's. A script in the place of `rudder` says what the command does.
 */
#include "remote-run/command_helper.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "remote-run/command_call.h"
#include "remote-run/command_wire.h"
#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/clock.h"
#include "util/xmalloc.h"

enum { HELPER_LONG_MS = 100 * 1000 };

static const struct subprocess_limits helper_limits = {HELPER_LONG_MS, HELPER_LONG_MS};
static struct tmpdir directory;
static struct relay_config config;
static struct sockaddr_un address;
static pid_t helper;
static struct buffer out;
static struct err err;

/* What stands in for systemd: takes one connection. */
static _Noreturn void helper_process(int listener)
{
    int connection = accept(listener, NULL, NULL);
    close(listener);
    command_helper_serve(&config, connection);
    _exit(0);
}

/* script: "$0" stands in the test's directory. */
static void helper_open(const char *script)
{
    directory = tmpdir_make();
    char *text = xasprintf("#!/bin/sh\ncd \"${0%%/*}\"\n%s\n", script);
    tmpdir_write(directory.fd, "rudder", text);
    free(text);
    ck_assert_int_eq(fchmodat(directory.fd, "rudder", 0755, 0), 0);
    config = (struct relay_config){.remote_run = {.enabled = true, .timeout = 60}};
    config.remote_run.command = xasprintf("%s/rudder", directory.path);
    address = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", directory.path);
    err = (struct err){0};
}

static void helper_start(void)
{
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    helper = fork();
    if (helper == 0) {
        helper_process(listener);
    }
    close(listener);
}

/* It ends by itself. */
static void helper_close(void)
{
    int status;
    ck_assert_int_eq(waitpid(helper, &status, 0), helper);
    ck_assert_int_eq(status, 0);
    free(config.remote_run.command);
    tmpdir_remove(&directory);
    buffer_free(&out);
}

static struct command_call *ask_helper(const char *conditions, const char *hosts)
{
    struct command_call *call = command_call_start(address.sun_path, conditions, hosts, &helper_limits, &err);
    ck_assert_msg(call != NULL, "%s", err.text);
    return call;
}

static void helper_gather(void *context, const char *bytes, size_t len)
{
    buffer_add(context, bytes, len);
}

/* Runs on until it is over. stop_at: stops it when the output holds this; NULL: never. */
static struct subprocess_end helper_follow(struct command_call *call, const char *stop_at)
{
    struct subprocess_end end;
    while (!command_call_step(call, helper_gather, &out, &end, &err)) {
        struct pollfd wait;
        if (stop_at != NULL && strstr(buffer_cstr(&out), stop_at) != NULL) {
            command_call_stop(call);
        }
        ck_assert_int_ge(poll(&wait, 1, clock_poll_timeout(command_call_polls(call, &wait))), 0);
    }
    command_call_free(call);
    return end;
}

/* What the helper answers to these bytes. */
static const char *answer_to(const char *bytes, size_t len)
{
    char piece[4096];
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(send(fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
    for (ssize_t got; (got = recv(fd, piece, sizeof piece, 0)) > 0;) {
        buffer_add(&out, piece, (size_t)got);
    }
    close(fd);
    struct slice rest = buffer_slice(&out);
    struct subprocess_frame frame;
    ck_assert_int_eq(subprocess_wire_take_frame(&rest, &frame), SUBPROCESS_WIRE_WHOLE);
    ck_assert_int_eq(frame.kind, SUBPROCESS_FRAME_NOT_STARTED);
    static char said[ERR_TEXT_SIZE];
    snprintf(said, sizeof said, "%.*s", (int)frame.bytes.len, frame.bytes.at);
    return said;
}

START_TEST(the_command_gets_its_arguments_and_says_how_it_ended)
{
    helper_open("echo \"$*\"; echo errors >&2; exit 3");
    helper_start();
    struct subprocess_end end = helper_follow(ask_helper("a,b", "one,two"), NULL);
    ck_assert_str_eq(err.text, "");
    ck_assert_str_eq(buffer_cstr(&out), "remote run -D a,b -- one,two\nerrors\n");
    ck_assert(end.fate == SUBPROCESS_EXITED && end.number == 3 && !end.given_up);
    helper_close();
}
END_TEST

START_TEST(the_longest_request_is_taken)
{
    char *conditions = xcalloc(1, REMOTE_RUN_MAX_CONDITIONS + 1), *hosts = xcalloc(1, COMMAND_LINE_HOSTS_MAX + 1);
    for (size_t i = 0; i < REMOTE_RUN_MAX_CONDITIONS; i++) {
        conditions[i] = i % 1000 == 999 ? ',' : 'c';
    }
    for (size_t i = 0; i < COMMAND_LINE_HOSTS_MAX; i++) {
        hosts[i] = i % 250 == 249 && i + 1 < COMMAND_LINE_HOSTS_MAX ? ',' : 'h';
    }
    helper_open("echo ${#4} ${#6}");
    helper_start();
    helper_follow(ask_helper(conditions, hosts), NULL);
    ck_assert_str_eq(err.text, "");
    ck_assert_str_eq(buffer_cstr(&out), "131071 100000\n");
    helper_close();
    free(conditions);
    free(hosts);
}
END_TEST

START_TEST(a_flood_waits_for_a_slow_reader_and_comes_whole)
{
    helper_open("head -c 20000000 /dev/zero; touch written");
    helper_start();
    struct command_call *call = ask_helper("", "one");
    struct subprocess_end end;
    ck_assert(!command_call_step(call, helper_gather, &out, &end, &err));
    usleep(300 * 1000); /* enough for a helper that takes all of it */
    ck_assert(!tmpdir_has(directory.fd, "written"));
    end = helper_follow(call, NULL);
    ck_assert(tmpdir_has(directory.fd, "written"));
    ck_assert_str_eq(err.text, "");
    ck_assert(end.fate == SUBPROCESS_EXITED && end.number == 0);
    ck_assert_uint_eq(out.len, 20000000);
    helper_close();
}
END_TEST

/* The command may be another one than its configuration says only if the helper believes what it is told. */
START_TEST(what_is_no_request_starts_nothing)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *why;
    } cases[] = {
        {"\0one;id\0", 8, "\"one;id\" is no host name"},
        {"\0-oProxyCommand\0", 16, "\"-oProxyCommand\" is no host name"},
        {"a b\0one\0", 8, "invalid condition: a b, should match ^[a-zA-Z0-9][a-zA-Z0-9_]*$"},
        {"\0one\0/bin/sh\0", 13, "there is something behind the request"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        helper_open("touch was_here");
        helper_start();
        ck_assert_str_eq(answer_to(cases[i].bytes, cases[i].len), cases[i].why);
        ck_assert(!tmpdir_has(directory.fd, "was_here"));
        helper_close();
    }
}
END_TEST

START_TEST(a_command_that_does_not_start_says_why)
{
    helper_open("");
    ck_assert_int_eq(unlinkat(directory.fd, "rudder", 0), 0);
    helper_start();
    helper_follow(ask_helper("", "one"), NULL);
    ck_assert_ptr_nonnull(strstr(err.text, "/rudder: No such file or directory"));
    helper_close();
    helper_open("");
    config.remote_run.enabled = false;
    helper_start();
    helper_follow(ask_helper("", "one"), NULL);
    ck_assert_str_eq(err.text, "remote_run.enabled is false");
    helper_close();
}
END_TEST

START_TEST(stopped_it_ends_with_its_command)
{
    helper_open("echo began; sleep 1000");
    helper_start();
    struct subprocess_end end = helper_follow(ask_helper("", "one"), "began");
    ck_assert_str_eq(err.text, "");
    ck_assert_int_eq(end.fate, SUBPROCESS_STOPPED);
    helper_close();
}
END_TEST

START_TEST(the_time_limit_is_the_helpers)
{
    helper_open("sleep 1000");
    config.remote_run.timeout = 1;
    helper_start();
    struct subprocess_end end = helper_follow(ask_helper("", "one"), NULL);
    ck_assert_str_eq(err.text, "");
    ck_assert_int_eq(end.fate, SUBPROCESS_TIMED_OUT);
    helper_close();
}
END_TEST

/* Ends the helper by what `leave` does once the command runs; the command writes its pid, and is gone then, too. */
static void end_helper_by(void (*leave)(struct command_call *call))
{
    struct subprocess_end end;
    helper_open("echo $$ >pid; echo began; exec sleep 1000");
    helper_start();
    struct command_call *call = ask_helper("", "one");
    while (strstr(buffer_cstr(&out), "began") == NULL) {
        ck_assert_msg(!command_call_step(call, helper_gather, &out, &end, &err), "%s", err.text);
        usleep(1000);
    }
    FILE *file = fdopen(openat(directory.fd, "pid", O_RDONLY), "r");
    int pid;
    ck_assert_int_eq(fscanf(file, "%d", &pid), 1);
    fclose(file);
    leave(call);
    helper_close();
    ck_assert_int_eq(kill(pid, 0), -1);
}

static void go_away(struct command_call *call)
{
    command_call_free(call);
}
static void tell_helper(struct command_call *call)
{
    kill(helper, SIGTERM);
    ck_assert_int_eq(helper_follow(call, NULL).fate, SUBPROCESS_STOPPED);
}
START_TEST(whoever_goes_away_ends_the_command)
{
    end_helper_by(go_away);
    end_helper_by(tell_helper);
}
END_TEST

START_TEST(a_helper_that_goes_or_is_not_there_is_told)
{
    helper_open("kill -9 $PPID");
    helper_start();
    helper_follow(ask_helper("", "one"), NULL);
    ck_assert_str_eq(err.text, "its helper has gone");
    ck_assert_int_eq(waitpid(helper, NULL, 0), helper);
    ck_assert_ptr_null(command_call_start(address.sun_path, "", "one", &helper_limits, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/socket: Connection refused"));
    char *long_path = xasprintf("/%0200d", 1);
    ck_assert_ptr_null(command_call_start(long_path, "", "one", &helper_limits, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "too long for the path of a socket"));
    free(long_path);
    free(config.remote_run.command);
    tmpdir_remove(&directory);
    buffer_free(&out);
}
END_TEST

/* A helper that hangs, and one that answers what is none. */
START_TEST(a_helper_that_does_not_do_its_work_is_given_up)
{
    helper_open("kill -STOP $PPID; sleep 1000");
    helper_start();
    static const struct subprocess_limits short_limits = {100, 100};
    struct command_call *call = command_call_start(address.sun_path, "", "one", &short_limits, &err);
    struct subprocess_end end = helper_follow(call, NULL);
    ck_assert_int_eq(end.fate, SUBPROCESS_TIMED_OUT);
    ck_assert(end.given_up);
    kill(helper, SIGCONT);
    helper_close();

    int pair = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    directory = tmpdir_make();
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", directory.path);
    ck_assert_int_eq(bind(pair, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(pair, 1), 0);
    call = ask_helper("", "one");
    int connection = accept(pair, NULL, NULL);
    ck_assert_int_eq(write(connection, "HTTP/1.0 200 OK", 15), 15);
    helper_follow(call, NULL);
    ck_assert_str_eq(err.text, "its helper's answer is none");
    close(connection);
    close(pair);
    tmpdir_remove(&directory);
    buffer_free(&out);
}
END_TEST

SUITE_MAIN("command_helper", the_command_gets_its_arguments_and_says_how_it_ended, the_longest_request_is_taken,
           a_flood_waits_for_a_slow_reader_and_comes_whole, what_is_no_request_starts_nothing,
           a_command_that_does_not_start_says_why, stopped_it_ends_with_its_command, the_time_limit_is_the_helpers,
           whoever_goes_away_ends_the_command, a_helper_that_goes_or_is_not_there_is_told,
           a_helper_that_does_not_do_its_work_is_given_up)
