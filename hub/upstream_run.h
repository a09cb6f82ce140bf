/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * upstream_run: the output of an order from above, on its way up.
 *
 * Its sources are a run_watch of the nodes that wait here, and an absent_run of the others. What they write is gathered
 * here and sent in pieces, one at a time and one a second at most. A piece is sent again until the server above has
 * taken it. The last one, when all sources have ended, has the worst exit status. When the server above says that
 * nobody waits any more, the sources are told to end. After GIVE_UP_MS without success the run is given up.
 *
 * It is in the list of the upstream, and removes and frees itself when it is over.
 */
#pragma once

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "curl_loop.h"
#include "util/buffer.h"
#include "util/slice.h"

struct upstream_run;
LIST_HEAD(upstream_run_list, upstream_run);

/* How it reaches the server above. */
struct upstream_way {
    struct event_base *base;
    struct curl_loop *loop;
    const char *url_output; /* "https://.../output/<me>/below/" */
    const char *pins;
};

struct upstream_run *upstream_run_new(struct upstream_run_list *list, const struct upstream_way *way, uint64_t ticket,
                                      bool output);

/* A hub before this one may have sent some of it: where to go on is for the server above to say. */
void upstream_run_go_on(struct upstream_run *run);

void upstream_run_write(struct upstream_run *run, struct slice lines);
size_t upstream_run_pending(const struct upstream_run *run);

/* Of which orders there is nothing more to tell: the highest ticket up to which all are told to their end or given up;
 * after, the one that was taken up last, if none is under way. */
uint64_t upstream_run_told(const struct upstream_run_list *list, uint64_t after);

/* A source begins, and ends. A source must not use the run after its own end: after the last end the run frees
 * itself. */
void upstream_run_source(struct upstream_run *run);
void upstream_run_source_ended(struct upstream_run *run, int status);

/* Nobody waits for it. */
bool upstream_run_is_cancelled(const struct upstream_run *run);

/* At the end of the process. */
void upstream_run_free_all(struct upstream_run_list *list);
