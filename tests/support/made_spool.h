/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * made_spool: a spool in a temporary directory. Failing makes the test fail.
 */
#pragma once

#include "relay/spool.h"
#include "support/tmpdir.h"

/* Makes what is missing of the two directories; one failed/ may belong to several. spool_close ends it. */
static inline struct spool *made_spool_open(const struct tmpdir *directory, const char *incoming)
{
    struct err err;
    mkdirat(directory->fd, incoming, 0700);
    mkdirat(directory->fd, "failed", 0700);
    struct spool *spool = spool_open(directory->path, incoming, &err);
    ck_assert_msg(spool != NULL, "%s", err.text);
    return spool;
}
