/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * upstream_run: the output of an order from above, on its way up.
 *
 * What sources write (a run_watch.h of the nodes that wait here, a remote-run for those that do not) gathers here and
 * goes up in pieces, one at a time and one a second; each is sent until the server above has taken it. When all sources
 * have ended the last piece tells the worst exit status. The server above may say that nobody waits any more: then
 * sources are told to end. After GIVE_UP_MS without success it is given up.
 *
 * It belongs to the list of the upstream, and removes itself when it is over.
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

void upstream_run_write(struct upstream_run *run, struct slice lines);
size_t upstream_run_pending(const struct upstream_run *run);

/* A source begins, and ends. run does not exist any more after the last end, sooner or later: a source does not use it
 * after its own end. */
void upstream_run_source(struct upstream_run *run);
void upstream_run_source_ended(struct upstream_run *run, int status);

/* Nobody waits for it. */
bool upstream_run_is_cancelled(const struct upstream_run *run);

/* At the end of the process. */
void upstream_run_free_all(struct upstream_run_list *list);
