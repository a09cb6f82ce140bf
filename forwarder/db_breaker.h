/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * db_breaker: the circuit breaker of the database, which all workers share: breaker.h with a lock, waiting threads, log
 * lines and the state that other programs see.
 *
 * While it is open one worker probes the database, once a back-off step. The others wait and keep the runs they have
 * prepared. An answered probe is not enough to close it: a database that answers but lacks a table cannot be used
 * either, so only db_breaker_success closes it. One log line says that it opened and why, one that it closed and after
 * how long.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "relay/relay_state.h"
#include "util/backoff.h"
#include "util/err.h"

struct db_breaker;

/* The caller keeps backoff and state. In state, which may be NULL, other programs see whether the database can be
 * used. */
struct db_breaker *db_breaker_new(const struct backoff *backoff, struct relay_state *state);
void db_breaker_free(struct db_breaker *breaker);

/* Asks whether the database answers. False with the reason. */
typedef bool db_breaker_probe(void *context, struct err *reason);

/* Waits until it is closed. False when the workers shall end. */
bool db_breaker_wait(struct db_breaker *breaker);

/* The caller has used the database with success: closes the breaker. waiting: how many runs wait, for the log. */
void db_breaker_success(struct db_breaker *breaker, size_t waiting);

/* The database has failed the caller: opens the breaker. Then waits until the caller may try again: if it is the one
 * that probes, until a probe was answered, else until the breaker is closed. False when the workers shall end.
 *
 * self: any address that tells the caller from the other workers. */
bool db_breaker_failure(struct db_breaker *breaker, const void *self, const char *reason, db_breaker_probe *probe,
                        void *context);

/* The database has answered, though nothing was stored: other programs see that it is up, unless the breaker is
 * open. */
void db_breaker_report_up(struct db_breaker *breaker);

/* Is it open, which means that the database cannot be used? */
bool db_breaker_is_open(struct db_breaker *breaker);

/* The reason of the failure may be gone: the worker that probes does so at once. */
void db_breaker_probe_now(struct db_breaker *breaker);

/* Ends all waiting. */
void db_breaker_stop(struct db_breaker *breaker);
