/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dir_stream: reads the entries of a directory that is already open. Any number of streams may read it at the same
 * time.
 */
#pragma once

#include <dirent.h>
#include <stdbool.h>

/* Opens a stream with its own descriptor and position. dir_fd stays the caller's and may be O_PATH. The caller closes
 * the stream with closedir. NULL with errno. */
DIR *dir_stream_open(int dir_fd);

/* The same for the directory `name` in it. A symbolic link is refused. */
DIR *dir_stream_open_below(int dir_fd, const char *name);

/* Is the entry `.` or `..`? */
bool dir_stream_is_dots(const char *name);
