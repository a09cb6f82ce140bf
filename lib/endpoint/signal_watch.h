/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * signal_watch: the signals that a worker and its supervisor are told things by, as a descriptor to poll.
 */
#pragma once

/* Blocks TERM, INT, USR1, HUP and CHLD and returns a signalfd for them, or -1 with errno. PIPE is ignored. A signal
 * that came while its blocking was inherited from the parent process is told, too. */
int signal_watch_open(void);
