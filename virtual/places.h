/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * places: the virtual nodes of the daemon. A place has the time of the node's next run, the result of the last one, and
 * the run that goes on, if there is one. The module has no clock and no event loop: the caller says what time it is.
 *
 * A node that becomes due while its run goes on skips that run. One that is due while too many others run waits; the
 * one that has waited longest is first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/virtual_node.h"
#include "relay/virtual_status.h"

struct virtual_run;

struct place {
    struct virtual_node *node;
    struct virtual_status status;
    struct virtual_run *run; /* the caller's; NULL: none goes on */
    bool stays;              /* of use to places_reload only */
};

struct places {
    struct place **at; /* by node id, ascending */
    size_t count;
};

/* Makes the places those of `nodes`: places of nodes that stay keep what they know, with a new schedule if their file
 * has changed. before: the status of earlier processes, for nodes that are new here; may be empty. drop is called for
 * each place that goes, while it still has its run. */
void places_reload(struct places *places, const struct virtual_nodes *nodes, const struct virtual_statuses *before,
                   int64_t now, void (*drop)(void *context, struct place *place), void *context);
void places_free(struct places *places);

/* The node to start now; NULL: none. Running nodes that are due skip that run here. */
struct place *places_due(struct places *places, int64_t now);

/* The next moment at which places_due has to be asked; INT64_MAX: none. */
int64_t places_next(const struct places *places);

/* Its run has begun, or was skipped: the schedule gives the next one. */
void place_begun(struct place *place, int64_t now);

/* Makes the node due now. False: there is no such node, or its file says that it is off. */
bool places_request(struct places *places, const char *node_id, int64_t now);

struct place *places_find(const struct places *places, const char *node_id);
