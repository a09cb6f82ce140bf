/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/signal_watch.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>

/* A signal that our parent ignored would never reach us, so each gets its default action. */
int signal_watch_open(void)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGUSR1, SIGHUP, SIGCHLD};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaddset(&set, numbers[i]);
        signal(numbers[i], SIG_DFL);
    }
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}
