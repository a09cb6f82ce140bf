/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db_breaker.h"

#include <pthread.h>
#include <stdlib.h>

#include "breaker.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/random.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "db_breaker"

struct db_breaker {
    pthread_mutex_t lock;
    pthread_cond_t change;
    struct breaker breaker;
    const void *prober; /* the worker that probes; NULL while closed */
    bool stopping;
    struct relay_state *state;
};

struct db_breaker *db_breaker_new(const struct backoff *backoff, struct relay_state *state)
{
    struct db_breaker *breaker = xcalloc(1, sizeof *breaker);
    pthread_mutex_init(&breaker->lock, NULL);
    clock_cond_init(&breaker->change);
    breaker->breaker.backoff = backoff;
    breaker->state = state;
    return breaker;
}

void db_breaker_free(struct db_breaker *breaker)
{
    if (breaker != NULL) {
        pthread_cond_destroy(&breaker->change);
        pthread_mutex_destroy(&breaker->lock);
        free(breaker);
    }
}

bool db_breaker_wait(struct db_breaker *breaker)
{
    pthread_mutex_lock(&breaker->lock);
    while (breaker->breaker.open && !breaker->stopping) {
        pthread_cond_wait(&breaker->change, &breaker->lock);
    }
    bool closed = !breaker->stopping;
    pthread_mutex_unlock(&breaker->lock);
    return closed;
}

void db_breaker_report_up(struct db_breaker *breaker)
{
    pthread_mutex_lock(&breaker->lock);
    if (!breaker->breaker.open) {
        relay_state_set_peer(breaker->state, RELAY_PEER_DATABASE, RELAY_PEER_UP, "");
    }
    pthread_mutex_unlock(&breaker->lock);
}

void db_breaker_success(struct db_breaker *breaker, size_t waiting)
{
    pthread_mutex_lock(&breaker->lock);
    relay_state_set_peer(breaker->state, RELAY_PEER_DATABASE, RELAY_PEER_UP, "");
    if (breaker_success(&breaker->breaker) == BREAKER_CLOSED) {
        breaker->prober = NULL;
        log_info("the database can be used again",
                 log_number("after_s", (clock_ms() - breaker->breaker.since_ms) / 1000),
                 log_number("waiting", (int64_t)waiting));
        pthread_cond_broadcast(&breaker->change);
    }
    pthread_mutex_unlock(&breaker->lock);
}

static void db_breaker_note_failure(struct db_breaker *breaker, const void *self, const char *reason)
{
    bool probe = breaker->prober == self;
    if (breaker_failure(&breaker->breaker, probe, true, 0, random_number(), clock_ms()) == BREAKER_OPENED) {
        breaker->prober = self;
        log_error("the database cannot be used; runs wait in the spool until it can", log_text("reason", reason));
        relay_state_set_last_error(breaker->state, reason);
    } else if (probe) {
        log_debug("the database still cannot be used", log_text("reason", reason),
                  log_number("probes", breaker->breaker.failures));
    }
    relay_state_set_peer(breaker->state, RELAY_PEER_DATABASE, RELAY_PEER_DOWN, reason);
}

/* The lock is free meanwhile: a probe may take as long as a connection's time-out. Another worker's call, under way
 * since before, may succeed in that time and close the breaker; then a failed probe is no news. */
static bool db_breaker_probe_once(struct db_breaker *breaker, const void *self, db_breaker_probe *probe, void *context)
{
    struct err reason = {0};
    breaker_acquire(&breaker->breaker);
    pthread_mutex_unlock(&breaker->lock);
    bool answered = probe(context, &reason);
    pthread_mutex_lock(&breaker->lock);
    if (!answered && breaker->prober == self) {
        db_breaker_note_failure(breaker, self, reason.text);
    }
    return answered;
}

bool db_breaker_failure(struct db_breaker *breaker, const void *self, const char *reason, db_breaker_probe *probe,
                        void *context)
{
    pthread_mutex_lock(&breaker->lock);
    db_breaker_note_failure(breaker, self, reason);
    while (breaker->breaker.open && !breaker->stopping) {
        int64_t until_ms = breaker->prober == self ? breaker_next_ms(&breaker->breaker) : INT64_MAX;
        if (clock_ms() < until_ms) {
            clock_cond_wait(&breaker->change, &breaker->lock, until_ms);
        } else if (db_breaker_probe_once(breaker, self, probe, context)) {
            break; /* what the caller does next finds out whether the database can be used */
        }
    }
    bool again = !breaker->stopping;
    pthread_mutex_unlock(&breaker->lock);
    return again;
}

bool db_breaker_is_open(struct db_breaker *breaker)
{
    pthread_mutex_lock(&breaker->lock);
    bool open = breaker->breaker.open;
    pthread_mutex_unlock(&breaker->lock);
    return open;
}

void db_breaker_probe_now(struct db_breaker *breaker)
{
    pthread_mutex_lock(&breaker->lock);
    breaker_probe_now(&breaker->breaker);
    pthread_cond_broadcast(&breaker->change);
    pthread_mutex_unlock(&breaker->lock);
}

void db_breaker_stop(struct db_breaker *breaker)
{
    pthread_mutex_lock(&breaker->lock);
    breaker->stopping = true;
    pthread_cond_broadcast(&breaker->change);
    pthread_mutex_unlock(&breaker->lock);
}
