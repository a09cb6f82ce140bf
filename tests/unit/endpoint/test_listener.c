/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "endpoint/listener.h"
#include "support/suite.h"

/* Puts a listening socket, or /dev/null, at the descriptor. */
static void put(int at, bool listening)
{
    int fd = listening ? socket(AF_UNIX, SOCK_STREAM, 0) : open("/dev/null", O_RDONLY);
    struct sockaddr_un nobody = {.sun_family = AF_UNIX}; /* the kernel chooses an abstract name */
    if (listening) {
        ck_assert_int_eq(bind(fd, (struct sockaddr *)&nobody, sizeof(sa_family_t)), 0);
        ck_assert_int_eq(listen(fd, 1), 0);
    }
    ck_assert_int_eq(dup2(fd, at), at);
    if (fd != at) {
        close(fd);
    }
}

static void set_variables(pid_t pid, const char *count)
{
    char text[16];
    snprintf(text, sizeof text, "%d", pid);
    setenv("LISTEN_PID", text, 1);
    setenv("LISTEN_FDS", count, 1);
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static ino_t inode(int fd)
{
    struct stat stat;
    ck_assert_int_eq(fstat(fd, &stat), 0);
    return stat.st_ino;
}

START_TEST(standard_input_is_enough)
{
    put(0, true);
    ck_assert(listener_take(NULL));
    ck_assert(listener_take(NULL));
}
END_TEST

START_TEST(what_systemd_passed_becomes_standard_input)
{
    put(0, false);
    put(3, true);
    ino_t passed = inode(3);
    set_variables(getpid(), "1");
    ck_assert(listener_take(NULL));
    ck_assert_uint_eq(inode(0), passed);
    ck_assert(!is_open(3));
    ck_assert_ptr_null(getenv("LISTEN_PID"));
    ck_assert_ptr_null(getenv("LISTEN_FDS"));
    ck_assert(listener_take(NULL));
}
END_TEST

/* StandardInput=socket: systemd passes it twice. */
START_TEST(what_was_passed_twice_is_there_once)
{
    put(0, true);
    put(3, true);
    ino_t first = inode(0);
    set_variables(getpid(), "1");
    ck_assert(listener_take(NULL));
    ck_assert_uint_eq(inode(0), first);
    ck_assert(!is_open(3));
}
END_TEST

START_TEST(what_was_passed_to_another_process_is_not_taken)
{
    struct err err = {0};
    put(0, false);
    put(3, true);
    set_variables(getppid(), "1");
    ck_assert(!listener_take(&err));
    ck_assert_str_ne(err.text, "");
    ck_assert(is_open(3));
}
END_TEST

START_TEST(nothing_and_several_are_refused)
{
    struct err err = {0};
    put(0, false);
    ck_assert(!listener_take(&err));
    put(3, true);
    set_variables(getpid(), "2");
    ck_assert(!listener_take(&err));
    ck_assert_str_eq(err.text, "systemd passed 2 sockets: a program has one");
}
END_TEST

SUITE_MAIN("listener", standard_input_is_enough, what_systemd_passed_becomes_standard_input,
           what_was_passed_twice_is_there_once, what_was_passed_to_another_process_is_not_taken,
           nothing_and_several_are_refused)
