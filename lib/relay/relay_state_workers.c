/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The places of the workers in the state file. A place belongs to the process whose id stands in it; a process that
 * ended without a word is found by its id, and its place is free for the next one.
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "relay/relay_state_private.h"

static uint64_t owner_word(unsigned program)
{
    return (uint64_t)(program + 1) << 32 | (uint32_t)getpid();
}

/* Any process of that id will do: another user's answers EPERM. */
static bool lives(uint64_t owner)
{
    pid_t pid = (pid_t)(owner & INT32_MAX);
    return pid > 0 && (kill(pid, 0) == 0 || errno != ESRCH);
}

static bool of_program(uint64_t owner, unsigned program)
{
    return owner >> 32 == program + 1;
}

/* May the place become this process's? One of another program only when no other is left: it tells that the program
 * has run. */
static bool is_free(uint64_t old, unsigned program, bool any)
{
    return old == 0 || ((any || of_program(old, program)) && !lives(old));
}

static bool take_place(struct relay_state_place *place, unsigned program, bool any)
{
    uint64_t owner = owner_word(program);
    uint64_t old = atomic_load(&place->owner);
    if (old == owner) {
        return true;
    }
    if (!is_free(old, program, any) || !atomic_compare_exchange_strong(&place->owner, &old, owner)) {
        return false;
    }
    atomic_store(&place->busy_since, 0);
    return true;
}

/* The caller's place, a new one where the file was made anew since. NULL when all are taken. */
static struct relay_state_place *place_of_worker(struct relay_state *state, unsigned program)
{
    for (unsigned i = 0; i < 2 * RELAY_STATE_WORKERS; i++) {
        unsigned at = (state->place + i) % RELAY_STATE_WORKERS;
        if (take_place(&state->map->workers[at], program, i >= RELAY_STATE_WORKERS)) {
            state->place = at;
            return &state->map->workers[at];
        }
    }
    return NULL;
}

void relay_state_worker_idle(struct relay_state *state, unsigned program)
{
    relay_state_worker_busy(state, program, 0);
}

void relay_state_worker_busy(struct relay_state *state, unsigned program, int64_t since)
{
    struct relay_state_place *place = place_of_worker(state, program);
    if (place != NULL) {
        atomic_store(&place->busy_since, since);
    }
}

/* The program stays in the place, so that it is known to have run here. */
void relay_state_worker_end(struct relay_state *state, unsigned program)
{
    struct relay_state_place *place = place_of_worker(state, program);
    if (place != NULL) {
        atomic_store(&place->owner, (uint64_t)(program + 1) << 32);
    }
}

void relay_state_workers(const struct relay_state *state, unsigned program, struct relay_state_workers *workers)
{
    *workers = (struct relay_state_workers){0};
    for (size_t i = 0; i < RELAY_STATE_WORKERS; i++) {
        const struct relay_state_place *place = &state->map->workers[i];
        uint64_t owner = atomic_load(&place->owner);
        int64_t since = atomic_load(&place->busy_since);
        if (!of_program(owner, program)) {
            continue;
        }
        workers->known = true;
        if (!lives(owner)) {
            continue;
        }
        workers->running++;
        if (since != 0) {
            workers->busy++;
            workers->busy_since = since > workers->busy_since ? since : workers->busy_since;
        }
    }
}
