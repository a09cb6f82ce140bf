/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cpu_time: processor time of this process, and of a PostgreSQL server with all its processes, also those that have
 * ended.
 */
#pragma once

struct cpu_time {
    double client; /* seconds */
    double server; /* seconds; 0 without LAB_PG_PID in the environment */
};

struct cpu_time cpu_time_now(void);
