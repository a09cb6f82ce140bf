/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * process_stats: what the calling process uses, from /proc/self: the figures that Prometheus' client libraries give.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct process_stats {
    double cpu_seconds;   /* user and system */
    double start_seconds; /* since 1970 */
    uint64_t open_fds;
    uint64_t max_fds;
    uint64_t virtual_bytes;
    uint64_t resident_bytes;
    uint64_t threads;
    uint64_t start_ticks; /* since the boot, 0: not read yet; what start_seconds is made of */
};

/* figures: all zero bytes before the first call, then as the last call left them, since what cannot change is not read
 * again. False when /proc cannot be read. */
bool process_stats_read(struct process_stats *figures);
