/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "outage.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "random.h"
#include "util/clock.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "outage"
#include "util/log.h"

struct outage {
    pthread_mutex_t lock;
    pthread_cond_t change;
    struct backoff backoff;
    atomic_bool lasts;  /* written under the lock */
    const void *prober; /* NULL: the next who meets the outage is */
    unsigned failures;  /* of the prober */
    int64_t since_ms;
    bool stopping;
    struct relay_state *state; /* NULL: nobody is told */
    enum relay_peer peer;
};

struct outage *outage_new(const struct backoff *backoff)
{
    struct outage *outage = xcalloc(1, sizeof *outage);
    pthread_mutex_init(&outage->lock, NULL);
    clock_cond_init(&outage->change);
    outage->backoff = *backoff;
    return outage;
}

void outage_free(struct outage *outage)
{
    if (outage != NULL) {
        pthread_cond_destroy(&outage->change);
        pthread_mutex_destroy(&outage->lock);
        free(outage);
    }
}

void outage_publish(struct outage *outage, struct relay_state *state, enum relay_peer peer)
{
    outage->state = state;
    outage->peer = peer;
}

static void publish_down(const struct outage *outage, const char *reason)
{
    relay_state_set_peer(outage->state, outage->peer, RELAY_PEER_DOWN, reason);
}

void outage_not_met(const struct outage *outage)
{
    relay_state_set_peer(outage->state, outage->peer, RELAY_PEER_UP, "");
}

bool outage_lasts(const struct outage *outage)
{
    return atomic_load_explicit(&outage->lasts, memory_order_relaxed);
}

static void begin(struct outage *outage, const char *reason)
{
    if (!outage->lasts) {
        outage->lasts = true;
        outage->since_ms = clock_ms();
        outage->failures = 0;
        outage->prober = NULL;
        log_error("the database cannot be used; runs wait in the spool until it can", log_text("reason", reason));
        relay_state_set_last_error(outage->state, reason);
    }
    publish_down(outage, reason);
}

static bool wait_for_end(struct outage *outage)
{
    while (outage->lasts && !outage->stopping) {
        pthread_cond_wait(&outage->change, &outage->lock);
    }
    return !outage->stopping;
}

static void wait_a_step(struct outage *outage)
{
    outage->failures++;
    int64_t until_ms = clock_ms() + backoff_wait_ms(&outage->backoff, outage->failures, random_number());
    while (outage->lasts && !outage->stopping && clock_ms() < until_ms) {
        clock_cond_wait(&outage->change, &outage->lock, until_ms);
    }
}

/* The lock is free during the probe, which may take as long as a connection's time-out. */
static bool probe_until_answered(struct outage *outage, outage_probe *probe, void *context)
{
    for (;;) {
        wait_a_step(outage);
        if (outage->stopping || !outage->lasts) { /* another worker's statement, under way before, may have gone well */
            return !outage->stopping;
        }
        pthread_mutex_unlock(&outage->lock);
        struct err reason = {0};
        bool answered = probe(context, &reason);
        pthread_mutex_lock(&outage->lock);
        if (answered) {
            return !outage->stopping;
        }
        publish_down(outage, reason.text);
        log_debug("the database still cannot be used", log_text("reason", reason.text),
                  log_number("probes", outage->failures));
    }
}

bool outage_met(struct outage *outage, const void *self, const char *reason, outage_probe *probe, void *context)
{
    pthread_mutex_lock(&outage->lock);
    begin(outage, reason);
    if (outage->prober == NULL) {
        outage->prober = self;
    }
    bool again = outage->prober == self ? probe_until_answered(outage, probe, context) : wait_for_end(outage);
    pthread_mutex_unlock(&outage->lock);
    return again;
}

bool outage_wait(struct outage *outage)
{
    if (!outage_lasts(outage)) {
        return true;
    }
    pthread_mutex_lock(&outage->lock);
    bool up = wait_for_end(outage);
    pthread_mutex_unlock(&outage->lock);
    return up;
}

void outage_over(struct outage *outage, size_t waiting)
{
    pthread_mutex_lock(&outage->lock);
    if (outage->lasts) {
        outage->lasts = false;
        outage_not_met(outage);
        log_info("the database can be used again", log_number("after_s", (clock_ms() - outage->since_ms) / 1000),
                 log_number("waiting", (int64_t)waiting));
        pthread_cond_broadcast(&outage->change);
    }
    pthread_mutex_unlock(&outage->lock);
}

void outage_stop(struct outage *outage)
{
    pthread_mutex_lock(&outage->lock);
    outage->stopping = true;
    pthread_cond_broadcast(&outage->change);
    pthread_mutex_unlock(&outage->lock);
}
