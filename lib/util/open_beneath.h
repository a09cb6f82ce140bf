/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * open_beneath: opens what lies below a directory, and never anything else.
 *
 * The path is outside input. It is relative to the directory and is refused as a whole when it is empty, absolute, or
 * holds a `..` segment; empty and `.` segments count for nothing. No symbolic link is followed, neither on the way nor
 * at its end, not even one that stays inside: what httpd serves with FollowSymLinks off and what a program opens are
 * then the same files, and no link can be swapped in while somebody looks. A mount below the directory is an operator's
 * doing and is crossed.
 *
 * openat2(2) with RESOLVE_BENEATH does this in the kernel. Where openat2 is missing (before Linux 5.6, or because of a
 * seccomp filter) a walk opens segment by segment with O_NOFOLLOW, each below the descriptor of the one before. Neither
 * can be raced.
 *
 * All return a descriptor (O_CLOEXEC) that the caller closes, or -1 with err and with errno:
 *   EXDEV    the path is absolute or holds `..`
 *   EINVAL   it is empty, or the flags ask for what is not offered
 *   ELOOP    a symbolic link is in it
 *   ENOENT, ENOTDIR, EACCES, ENAMETOOLONG, ...  as open(2) says
 */
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include "util/err.h"

/* flags as for open(2), without O_CREAT and O_TMPFILE. O_CLOEXEC, O_NOCTTY and O_NONBLOCK (so that a named pipe does
 * not block) are added. */
int open_beneath(int dir_fd, const char *path, int flags, struct err *err);

/* The walk alone, which open_beneath uses where the kernel has no openat2. For tests. */
int open_beneath_walking(int dir_fd, const char *path, int flags, struct err *err);

/* Opens a regular file for reading; *status is the fstat of the opened file. A directory gives EISDIR; pipes, sockets
 * and devices give EINVAL. */
int open_beneath_file(int dir_fd, const char *path, struct stat *status, struct err *err);

/* Opens a directory (O_RDONLY | O_DIRECTORY) and makes it first, with the missing directories above it. Each new one
 * gets exactly this mode, and set-gid if the directory above has it. */
int open_beneath_mkdir(int dir_fd, const char *path, mode_t mode, struct err *err);
