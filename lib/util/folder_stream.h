/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * folder_stream: reads the entries of a folder that is open already, however many do so at the same time.
 */
#ifndef RELAY_UTIL_FOLDER_STREAM_H
#define RELAY_UTIL_FOLDER_STREAM_H

#include <dirent.h>
#include <stdbool.h>

/* A stream with a descriptor and a position of its own; folder_fd stays the caller's and may be O_PATH. closedir ends
 * it. NULL with errno. */
DIR *folder_stream_open(int folder_fd);

/* The same of the folder `name` in it, which is no symbolic link. */
DIR *folder_stream_open_below(int folder_fd, const char *name);

/* Is the entry `.` or `..`? */
bool folder_stream_is_dots(const char *name);

#endif
