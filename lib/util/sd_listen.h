/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sd_listen: the sockets that systemd passes to a program, as sd_listen_fds(3) gives them, but without libsystemd.
 */
#pragma once

#include <stdlib.h>
#include <unistd.h>

enum { SD_LISTEN_FIRST = 3 }; /* the descriptor of the first one; the others follow */

/* 0 when the variable is not set, or holds no number. */
static inline long sd_listen_variable(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? strtol(text, NULL, 10) : 0;
}

/* Returns how many there are. Removes the variables, so that no command of ours takes them for its own. */
static inline long sd_listen_take(void)
{
    long count = sd_listen_variable("LISTEN_PID") == getpid() ? sd_listen_variable("LISTEN_FDS") : 0;
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return count;
}
