/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/stop_signal.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

int stop_signal_open(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}
