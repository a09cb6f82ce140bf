/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spool_totals: how much waits and how much failed in each spool, and why, for the status page.
 *
 * Each call reads the directories (100,000 files take a fraction of a second) and keeps nothing. Of the failed files,
 * the reasons of the first SPOOL_NOTES_READ are read and counted by kind: numbers, node ids, hashes and text in single
 * quotes become "…", so that a thousand nodes with the same failure make one line.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "relay/spool_set.h"
#include "relay/spool_sum.h"
#include "util/buffer.h"
#include "util/err.h"

enum { SPOOL_FAILURES = 20, SPOOL_NOTES_READ = 20000 };

struct spool_failure {
    char *reason; /* owned; printable; "" when the files have none */
    struct spool_sum total;
};

struct spool_totals { /* of one spool */
    bool used; /* false: this configuration has none of the kind, and the rest is nothing */
    struct spool_sum waiting;
    struct spool_sum failed;
    struct spool_failure failures[SPOOL_FAILURES]; /* most files first; the last stands for all the rest */
    size_t failure_count;
    struct err err; /* why the figures are not known; "" when they are */
};

/* Each spool of `spools`, in its order. spool_totals_free in any case. */
void spool_totals_read(const struct spool_set *spools, struct spool_totals totals[RELAY_KINDS]);
void spool_totals_free(struct spool_totals totals[RELAY_KINDS]);

/* Appends what a reason has in common with others of its kind. node: the node id in it, may be "". */
void spool_failure_kind(const char *reason, const char *node, struct buffer *kind);
