/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run_faults.h"

#include <pthread.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "relay/node_id.h"
#include "util/xmalloc.h"

/* Another run counts as stored "shortly" before or after a time-out within this time. */
enum { SHORTLY_MS = 60000 };

/* After an attempt that ended in a time-out no slow suspect is tried for this many times as long as it took, so that
 * slow runs together cost one worker a fifth of its time. */
enum { SLOW_PAUSE_FACTOR = 4 };

/* What is known of a suspect's last failure. */
enum suspicion {
    SUSPICION_OPEN,      /* no other run was stored since */
    SUSPICION_ACQUITTED, /* no other run was stored since, and it was the database's fault */
    SUSPICION_JUDGED,    /* another run was stored since */
};

struct suspect {
    TAILQ_ENTRY(suspect) link; /* in the order of the last failure */
    enum report_db_error kind;
    int64_t began_ms;
    int64_t ended_ms;
    enum suspicion suspicion;
    bool stored_before; /* another run was stored shortly before the last failure began */
    bool alone;         /* other runs were stored since it failed for the first time */
    unsigned counted;   /* failures that count against the run */
    int64_t first_ms;   /* the first failure that counted */
    char name[];
};

struct run_faults {
    pthread_mutex_t lock;
    int64_t period_ms;
    void *by_name; /* a tree of suspects (tsearch), which stays fast whatever names the nodes choose */
    TAILQ_HEAD(suspects, suspect) suspects; /* oldest first; the judged ones come before the others */
    size_t count;
    bool stored_once;
    int64_t stored_ms;         /* when something was stored last */
    char blamed[NODE_ID_SIZE]; /* the node of a run that has failed since then; "": none */
    bool several_blamed;       /* runs of other nodes have failed, too */
    int64_t slow_ms;           /* when the next slow suspect may be tried */
};

static int suspect_compare(const void *a, const void *b)
{
    return strcmp(((const struct suspect *)a)->name, ((const struct suspect *)b)->name);
}

/* Makes a suspect as the key, because suspect_compare takes suspects on both sides. */
static struct suspect *suspect_find(const struct run_faults *faults, const char *name)
{
    size_t size = strlen(name) + 1;
    struct suspect *key = xmalloc(sizeof *key + size);
    memcpy(key->name, name, size);
    struct suspect *const *found = tfind(key, &faults->by_name, suspect_compare);
    free(key);
    return found != NULL ? *found : NULL;
}

static void suspect_forget(struct run_faults *faults, struct suspect *suspect)
{
    TAILQ_REMOVE(&faults->suspects, suspect, link);
    tdelete(suspect, &faults->by_name, suspect_compare);
    faults->count--;
    free(suspect);
}

/* Finds or adds the suspect and makes it the newest of the list. */
static struct suspect *suspect_take(struct run_faults *faults, const char *name)
{
    struct suspect *suspect = suspect_find(faults, name);
    if (suspect != NULL) {
        TAILQ_REMOVE(&faults->suspects, suspect, link);
    } else {
        size_t size = strlen(name) + 1;
        suspect = xcalloc(1, sizeof *suspect + size);
        memcpy(suspect->name, name, size);
        tsearch(suspect, &faults->by_name, suspect_compare);
        faults->count++;
    }
    TAILQ_INSERT_TAIL(&faults->suspects, suspect, link);
    if (faults->count > RUN_FAULTS_SUSPECTS_MAX) {
        suspect_forget(faults, TAILQ_FIRST(&faults->suspects));
    }
    return suspect;
}

struct run_faults *run_faults_new(int64_t period_ms)
{
    struct run_faults *faults = xcalloc(1, sizeof *faults);
    pthread_mutex_init(&faults->lock, NULL);
    TAILQ_INIT(&faults->suspects);
    faults->period_ms = period_ms;
    return faults;
}

void run_faults_free(struct run_faults *faults)
{
    if (faults != NULL) {
        while (!TAILQ_EMPTY(&faults->suspects)) {
            suspect_forget(faults, TAILQ_FIRST(&faults->suspects));
        }
        pthread_mutex_destroy(&faults->lock);
        free(faults);
    }
}

/* Judges by the earlier failures. Whether this one counts is not known until another run is stored. */
static bool is_own_fault(const struct run_faults *faults, const struct suspect *suspect,
                         const struct run_faults_failure *now)
{
    if (suspect->suspicion != SUSPICION_JUDGED || now->kind == REPORT_DB_ERROR_SETUP) {
        return false;
    }
    if (now->kind == REPORT_DB_ERROR_DATA) {
        return suspect->counted > 0;
    }
    return suspect->counted >= RUN_FAULTS_ENOUGH && now->ended_ms - suspect->first_ms >= faults->period_ms;
}

static void take_evidence(struct run_faults *faults, const struct suspect *suspect, const char *node_id)
{
    if (suspect->alone) {
        return;
    }
    if (faults->blamed[0] == '\0') {
        snprintf(faults->blamed, sizeof faults->blamed, "%s", node_id);
    } else if (strcmp(faults->blamed, node_id) != 0) {
        faults->several_blamed = true;
    }
}

bool run_faults_failed(struct run_faults *faults, const struct run_faults_failure *failure)
{
    pthread_mutex_lock(&faults->lock);
    struct suspect *suspect = suspect_take(faults, failure->name);
    bool own = is_own_fault(faults, suspect, failure);
    suspect->kind = failure->kind;
    suspect->began_ms = failure->began_ms;
    suspect->ended_ms = failure->ended_ms;
    suspect->suspicion = SUSPICION_OPEN;
    suspect->stored_before = faults->stored_once && failure->began_ms - faults->stored_ms <= SHORTLY_MS;
    if (failure->kind == REPORT_DB_ERROR_SLOW) {
        faults->slow_ms = failure->ended_ms + SLOW_PAUSE_FACTOR * (failure->ended_ms - failure->began_ms);
    }
    if (own) {
        suspect_forget(faults, suspect);
    } else {
        take_evidence(faults, suspect, failure->node_id);
    }
    pthread_mutex_unlock(&faults->lock);
    return own;
}

static bool failure_counts(const struct suspect *suspect, int64_t now_ms)
{
    if (suspect->suspicion == SUSPICION_ACQUITTED || suspect->kind == REPORT_DB_ERROR_SETUP) {
        return false;
    }
    return suspect->kind != REPORT_DB_ERROR_SLOW ||
           (suspect->stored_before && now_ms - suspect->ended_ms <= SHORTLY_MS);
}

void run_faults_stored(struct run_faults *faults, int64_t now_ms)
{
    pthread_mutex_lock(&faults->lock);
    struct suspect *suspect;
    TAILQ_FOREACH_REVERSE (suspect, &faults->suspects, suspects, link) {
        if (suspect->suspicion == SUSPICION_JUDGED) {
            break;
        }
        if (failure_counts(suspect, now_ms) && suspect->counted++ == 0) {
            suspect->first_ms = suspect->ended_ms;
        }
        suspect->suspicion = SUSPICION_JUDGED;
        suspect->alone = true;
    }
    faults->stored_once = true;
    faults->stored_ms = now_ms;
    faults->blamed[0] = '\0';
    faults->several_blamed = false;
    pthread_mutex_unlock(&faults->lock);
}

bool run_faults_database_blamed(struct run_faults *faults)
{
    pthread_mutex_lock(&faults->lock);
    bool blamed = faults->several_blamed;
    pthread_mutex_unlock(&faults->lock);
    return blamed;
}

void run_faults_acquit(struct run_faults *faults)
{
    pthread_mutex_lock(&faults->lock);
    struct suspect *suspect;
    TAILQ_FOREACH_REVERSE (suspect, &faults->suspects, suspects, link) {
        if (suspect->suspicion != SUSPICION_OPEN) {
            break;
        }
        suspect->suspicion = SUSPICION_ACQUITTED;
    }
    faults->blamed[0] = '\0';
    faults->several_blamed = false;
    faults->slow_ms = 0;
    pthread_mutex_unlock(&faults->lock);
}

bool run_faults_suspect(struct run_faults *faults, const char *name)
{
    pthread_mutex_lock(&faults->lock);
    bool suspect = faults->count > 0 && suspect_find(faults, name) != NULL;
    pthread_mutex_unlock(&faults->lock);
    return suspect;
}

/* A suspect that may be tried keeps its turn for as long as its last attempt took. Until then no other slow suspect may
 * be tried. */
int64_t run_faults_wait_ms(struct run_faults *faults, const char *name, int64_t now_ms)
{
    int64_t wait_ms = 0;
    pthread_mutex_lock(&faults->lock);
    const struct suspect *suspect = suspect_find(faults, name);
    if (suspect != NULL && suspect->kind == REPORT_DB_ERROR_SLOW) {
        if (now_ms < faults->slow_ms) {
            wait_ms = faults->slow_ms - now_ms;
        } else {
            faults->slow_ms = now_ms + suspect->ended_ms - suspect->began_ms;
        }
    }
    pthread_mutex_unlock(&faults->lock);
    return wait_ms;
}

void run_faults_forget(struct run_faults *faults, const char *name)
{
    pthread_mutex_lock(&faults->lock);
    struct suspect *suspect = faults->count > 0 ? suspect_find(faults, name) : NULL;
    if (suspect != NULL) {
        if (suspect->kind == REPORT_DB_ERROR_SLOW) {
            faults->slow_ms = 0; /* this attempt went well, so the others may be tried, too */
        }
        suspect_forget(faults, suspect);
    }
    pthread_mutex_unlock(&faults->lock);
}
