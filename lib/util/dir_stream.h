/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dir_stream: reads the entries of a directory that is open already, however many do so at the same time.
 */
#ifndef RELAY_UTIL_DIR_STREAM_H
#define RELAY_UTIL_DIR_STREAM_H

#include <dirent.h>
#include <stdbool.h>

/* A stream with a descriptor and a position of its own; dir_fd stays the caller's and may be O_PATH. closedir ends
 * it. NULL with errno. */
DIR *dir_stream_open(int dir_fd);

/* The same of the directory `name` in it, which is no symbolic link. */
DIR *dir_stream_open_below(int dir_fd, const char *name);

/* Is the entry `.` or `..`? */
bool dir_stream_is_dots(const char *name);

#endif
