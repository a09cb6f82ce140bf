/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * outage: what all workers know of the database: usable or not.
 *
 * While it is not, nobody knocks but one worker, the prober, once a back-off step; the others stand still with what
 * they have in hand. The prober's first success, not the bare answer to its probe, ends the outage: a database that
 * answers but lacks a table is not usable either. One log line says that it began and why, one that it is over and how
 * long it took.
 */
#ifndef RELAY_FORWARDER_OUTAGE_H
#define RELAY_FORWARDER_OUTAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "relay/relay_state.h"
#include "util/backoff.h"
#include "util/err.h"

struct outage;

struct outage *outage_new(const struct backoff *backoff);
void outage_free(struct outage *outage);

/* Tells the other programs from now on what is found out: as this peer of the shared state. Before any thread uses
 * it. */
void outage_publish(struct outage *outage, struct relay_state *state, enum relay_peer peer);

/* It was just found usable. For whoever used it and outage_lasts not. */
void outage_not_met(const struct outage *outage);

/* Asks whether the database answers; false with the reason. */
typedef bool outage_probe(void *context, struct err *reason);

/* The caller has just found the database unusable, and says why. Waits until the caller may try again: as the prober
 * when a probe was answered, else when the outage is over. False when the workers shall end. self: the worker, as who
 * it is. */
bool outage_met(struct outage *outage, const void *self, const char *reason, outage_probe *probe, void *context);

/* Waits until there is no outage. False when the workers shall end. */
bool outage_wait(struct outage *outage);

/* Is there one? Cheap. */
bool outage_lasts(const struct outage *outage);

/* The caller has just used the database with success. waiting: how many runs wait, for the log line. */
void outage_over(struct outage *outage, size_t waiting);

/* Nobody waits any more. */
void outage_stop(struct outage *outage);

#endif
