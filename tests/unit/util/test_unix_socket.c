/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/unix_socket.h"

#include <sys/socket.h>

#include "support/suite.h"
#include "support/tmpdir.h"

enum { PATH_MAX_BYTES = 107 };

static struct tmpdir directory;
static char path[80];
static struct err err;

static void socket_directory_open(void)
{
    directory = tmpdir_make();
    snprintf(path, sizeof path, "%s/socket", directory.path);
    err = (struct err){0};
}

static int listen_there(int backlog)
{
    int listener = unix_socket_listen(path, 0620, backlog, &err);
    ck_assert_msg(listener >= 0, "%s", err.text);
    return listener;
}

static void assert_meets(int listener)
{
    char byte = 0;
    int here = unix_socket_connect(path, 0, &err);
    ck_assert_msg(here >= 0, "%s", err.text);
    int there = accept(listener, NULL, NULL);
    ck_assert_int_eq(send(here, "x", 1, 0), 1);
    ck_assert_int_eq(recv(there, &byte, 1, 0), 1);
    ck_assert_int_eq(byte, 'x');
    close(here);
    close(there);
}

START_TEST(both_ends_meet_and_the_mode_says_who_may_connect)
{
    struct stat status;
    socket_directory_open();
    mode_t before = umask(022);
    int listener = listen_there(8);
    ck_assert_int_eq(umask(before), 022);
    ck_assert_int_eq(fstatat(directory.fd, "socket", &status, 0), 0);
    ck_assert_int_eq(status.st_mode & 07777, 0620);
    assert_meets(listener);
    close(listener);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(where_nobody_listens_errno_says_why)
{
    socket_directory_open();
    ck_assert_int_eq(unix_socket_connect(path, 0, &err), -1);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_ptr_nonnull(strstr(err.text, "/socket: No such file or directory"));
    close(listen_there(8));
    ck_assert_int_eq(unix_socket_connect(path, SOCK_NONBLOCK, NULL), -1);
    ck_assert_int_eq(errno, ECONNREFUSED);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(what_a_killed_process_left_is_replaced)
{
    socket_directory_open();
    close(listen_there(8));
    int listener = listen_there(8);
    assert_meets(listener);
    close(listener);
    tmpdir_remove(&directory);
}
END_TEST

/* Takes the socket of nobody who listens, however busy he is. */
START_TEST(a_socket_that_is_in_use_stays)
{
    enum { MOST = 64 };
    int waiting[MOST], count = 0;
    socket_directory_open();
    int listener = listen_there(1);
    ck_assert_int_eq(unix_socket_listen(path, 0600, 8, &err), -1);
    ck_assert_int_eq(errno, EADDRINUSE);
    ck_assert_ptr_nonnull(strstr(err.text, "/socket: another process listens there"));
    close(accept(listener, NULL, NULL)); /* what asked */
    while (count < MOST && (waiting[count] = unix_socket_connect(path, SOCK_NONBLOCK, NULL)) >= 0) {
        count++;
    }
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(unix_socket_listen(path, 0600, 8, &err), -1);
    ck_assert_int_eq(errno, EADDRINUSE);
    for (int i = 0; i < count; i++) {
        close(accept(listener, NULL, NULL));
        close(waiting[i]);
    }
    assert_meets(listener);
    close(listener);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_path_has_room_for_107_bytes)
{
    char *longest = malloc(PATH_MAX_BYTES + 2);
    memset(longest, 'x', PATH_MAX_BYTES);
    strcpy(longest + PATH_MAX_BYTES, "");
    ck_assert(unix_socket_path_valid(longest, &err));
    strcpy(longest + PATH_MAX_BYTES, "x");
    ck_assert(!unix_socket_path_valid(longest, &err));
    ck_assert_ptr_nonnull(strstr(err.text, ": too long for the path of a socket"));
    ck_assert_int_eq(unix_socket_connect(longest, 0, &err), -1);
    ck_assert_int_eq(errno, ENAMETOOLONG);
    ck_assert_int_eq(unix_socket_listen(longest, 0600, 8, &err), -1);
    ck_assert_int_eq(errno, ENAMETOOLONG);
    free(longest);
}
END_TEST

SUITE_MAIN("unix_socket", both_ends_meet_and_the_mode_says_who_may_connect, where_nobody_listens_errno_says_why,
           what_a_killed_process_left_is_replaced, a_socket_that_is_in_use_stays, a_path_has_room_for_107_bytes)
