/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Handles the one failure of a mapped file: another process cuts the file (`: >file`), and the next access is a SIGBUS.
 * Neither a lock nor a check before the access can prevent that, so a signal handler maps empty memory there. The
 * handler has to know the mapped addresses, so this file has global variables.
 */
#include <signal.h>
#include <sys/mman.h>

#include "relay/relay_state_private.h"

enum { PLACES = 8 };

static _Atomic(struct relay_state_map *) places[PLACES];
static struct sigaction handler_before;
static pthread_once_t handler_once = PTHREAD_ONCE_INIT;

static struct relay_state_map *place_of(uintptr_t address)
{
    for (size_t i = 0; i < PLACES; i++) {
        struct relay_state_map *map = atomic_load(&places[i]);
        if (map != NULL && address - (uintptr_t)map < sizeof *map) {
            return map;
        }
    }
    return NULL;
}

/* Maps empty memory where the access failed. mmap is a bare system call, so a signal handler may call it. */
static void mend(int signal, siginfo_t *info, void *context)
{
    (void)context;
    struct relay_state_map *map = place_of((uintptr_t)info->si_addr);
    if (map == NULL ||
        mmap(map, sizeof *map, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) {
        sigaction(signal, &handler_before, NULL); /* not in our maps: the old handler gets the repeated access */
    }
}

static void install(void)
{
    struct sigaction action = {.sa_sigaction = mend, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &handler_before);
}

static void replace(struct relay_state_map *old, struct relay_state_map *new)
{
    for (size_t i = 0; i < PLACES; i++) {
        struct relay_state_map *expected = old;
        if (atomic_compare_exchange_strong(&places[i], &expected, new)) {
            return;
        }
    }
}

void relay_state_sigbus_add(struct relay_state_map *map)
{
    pthread_once(&handler_once, install);
    replace(NULL, map);
}

void relay_state_sigbus_remove(struct relay_state_map *map)
{
    replace(map, NULL);
}
