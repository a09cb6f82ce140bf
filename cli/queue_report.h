/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * queue_report: what cmd_queue found, to print as a table or as JSON.
 */
#pragma once

#include <stdio.h>

#include "queue_list.h"
#include "relay/spool.h"
#include "relay/upload_kind.h"

struct queue_directory {
    char *path;  /* owned */
    bool failed; /* else: waiting */
    const struct spool *spool;
    struct queue_list list;
};

enum { QUEUE_DIRECTORIES = 2 * RELAY_KINDS }; /* at most */

struct queue_report {
    struct queue_directory directories[QUEUE_DIRECTORIES];
    size_t count;
    int64_t now; /* seconds since 1970 */
};

/* Sums first, then each directory's files; names and reasons made printable. */
void queue_report_print(const struct queue_report *report, FILE *out);

/* {"folders": [{"path", "state": "waiting" | "failed", "files", "bytes", "oldest_seconds": number or null,
 *   "newest": [{"name", "bytes", "age_seconds", "reason": text, for failed ones}]}]} */
void queue_report_print_json(const struct queue_report *report, FILE *out);
