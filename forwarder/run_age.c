/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run_age.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/duration.h"
#include "util/siphash.h"
#include "util/xmalloc.h"

/* The sample of nodes: each node has one of PLACES by its id and counts for LATELY_SECONDS. Fewer than NODES_AT_LEAST
 * nodes never count as most. */
enum { PLACES = 512, LATELY_SECONDS = 3600, NODES_AT_LEAST = 3 };

/* A clock that was set by less than this has not jumped: small corrections are normal. */
enum { JUMP_SECONDS = 600 };

struct node_age {
    bool seen;
    bool too_old;      /* its last run was too old */
    int64_t monotonic; /* when that run came */
};

struct run_age {
    int64_t max_age;
    int64_t clock_offset; /* clock minus monotonic, at the start */
    struct siphash_key key;
    pthread_mutex_t lock;
    struct node_age nodes[PLACES];
};

struct run_age_now run_age_now(void)
{
    struct timespec monotonic;
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    return (struct run_age_now){time(NULL), monotonic.tv_sec};
}

struct run_age *run_age_new(int64_t max_age, const struct run_age_now *now)
{
    struct run_age *ages = xcalloc(1, sizeof *ages);
    ages->max_age = max_age;
    ages->clock_offset = now->clock - now->monotonic;
    ages->key = siphash_key_new();
    pthread_mutex_init(&ages->lock, NULL);
    return ages;
}

void run_age_free(struct run_age *ages)
{
    if (ages != NULL) {
        pthread_mutex_destroy(&ages->lock);
        free(ages);
    }
}

/* A node overwrites another one in the same place. That only makes the sample smaller. */
static void remember_node(struct run_age *ages, const char *node_id, bool too_old, int64_t monotonic)
{
    uint64_t place = siphash(&ages->key, node_id, strlen(node_id)) % PLACES;
    ages->nodes[place] = (struct node_age){true, too_old, monotonic};
}

static bool most_are_too_old(const struct run_age *ages, int64_t monotonic)
{
    unsigned all = 0;
    unsigned too_old = 0;
    for (size_t i = 0; i < PLACES; i++) {
        const struct node_age *node = &ages->nodes[i];
        if (node->seen && monotonic - node->monotonic < LATELY_SECONDS) {
            all++;
            too_old += node->too_old;
        }
    }
    return too_old >= NODES_AT_LEAST && 2 * too_old > all;
}

static enum run_age_verdict find_cause(const struct run_age *ages, int64_t age, const struct run_age_now *now,
                                       struct err *reason)
{
    char old[DURATION_TEXT_SIZE];
    char limit[DURATION_TEXT_SIZE];
    int64_t jump = now->clock - now->monotonic - ages->clock_offset;
    duration_format(age, old);
    duration_format(ages->max_age, limit);
    if (jump >= JUMP_SECONDS && age - jump <= ages->max_age) {
        char ahead[DURATION_TEXT_SIZE];
        duration_format(jump, ahead);
        err_set(reason, "the run seems to be %s old, but this server's clock has jumped ahead by %s", old, ahead);
        return RUN_AGE_CLOCK;
    }
    if (most_are_too_old(ages, now->monotonic)) {
        err_set(reason, "the run seems to be %s old, but so are those of most nodes: is this server's clock right?",
                old);
        return RUN_AGE_CLOCK;
    }
    err_set(reason, "the run began %s before it was taken, processing.reporting.max_age is %s", old, limit);
    return RUN_AGE_TOO_OLD;
}

/* A run can be taken later than now when the clock was ahead then and has been set right. Then `now` counts. */
enum run_age_verdict run_age_check(struct run_age *ages, const char *node_id, int64_t began, int64_t taken,
                                   const struct run_age_now *now, struct err *reason)
{
    int64_t age = (taken < now->clock ? taken : now->clock) - began;
    if (ages == NULL || ages->max_age == 0) {
        return RUN_AGE_GOOD;
    }
    bool too_old = age > ages->max_age;
    pthread_mutex_lock(&ages->lock);
    remember_node(ages, node_id, too_old, now->monotonic);
    enum run_age_verdict verdict = too_old ? find_cause(ages, age, now, reason) : RUN_AGE_GOOD;
    pthread_mutex_unlock(&ages->lock);
    return verdict;
}
