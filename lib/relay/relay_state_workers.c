/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The places of the workers in the state file. A place belongs to the process whose id is in it. If that process no
 * longer exists, the place is free for the next one.
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "relay/relay_state_private.h"

static uint64_t owner_word(unsigned program)
{
    return (uint64_t)(program + 1) << 32 | (uint32_t)getpid();
}

/* Does a process with that id exist? EPERM means yes: it belongs to another user. */
static bool lives(uint64_t owner)
{
    pid_t pid = (pid_t)(owner & INT32_MAX);
    return pid > 0 && (kill(pid, 0) == 0 || errno != ESRCH);
}

static bool of_program(uint64_t owner, unsigned program)
{
    return owner >> 32 == program + 1;
}

/* May this process take the place? The place of a dead process of another program is taken only if `any` is set (no
 * other is left), because it shows that the other program has run. */
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

/* The place of the calling process, a new one if the file was replaced meanwhile. NULL when all are taken. */
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

/* Clears only the process id. The program stays in the place, which shows that it has run. */
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
