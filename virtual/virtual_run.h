/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * virtual_run: one run of a virtual node. It runs the node's command, makes a run log of what it prints, and puts that
 * into the spool. Whatever goes wrong with the command becomes a report in the run log. Only a run log that cannot be
 * signed or written anywhere is lost.
 */
#pragma once

#include <event2/event.h>
#include <stdint.h>

#include "relay/relay_config.h"
#include "relay/virtual_node.h"
#include "util/err.h"
#include "virtual/outbox.h"

enum virtual_run_result {
    VIRTUAL_RUN_OK,
    VIRTUAL_RUN_FAILED, /* its run log says so */
    VIRTUAL_RUN_LOST,   /* there is no run log */
};

struct virtual_run_end {
    enum virtual_run_result result;
    struct err reason; /* "" for OK */
    int64_t start;     /* seconds since 1970 */
    int64_t took_ms;
};

/* What all runs share; it must outlive them. */
struct virtual_run_context {
    struct event_base *base;
    const struct relay_config *config;
    struct outbox *outbox;
    /* Called once for each run, at its end; the run is freed afterwards. user is the next field. */
    void (*ended)(void *user, void *owner, const struct virtual_run_end *end);
    void *user;
};

struct virtual_run;

/* owner: for `ended`, which is never called before this has returned. */
struct virtual_run *virtual_run_start(const struct virtual_run_context *context, struct virtual_node *node,
                                      int64_t start, void *owner);

/* Has the command ended; there will be no run log of it, and `ended` is not called. Takes NULL. */
void virtual_run_free(struct virtual_run *run);
