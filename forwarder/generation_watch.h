/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * generation_watch: notices soon, and without waking up for it, that `system` has raised the reload generation.
 *
 * By inotify: raising it touches the state file, which counting in it does not. Without inotify the caller still asks
 * now and then.
 */
#ifndef RELAY_FORWARDER_GENERATION_WATCH_H
#define RELAY_FORWARDER_GENERATION_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "relay/relay_state.h"

struct generation_watch {
    struct relay_state *state;
    const char *path; /* belongs to the configuration */
    uint64_t generation;
    int fd; /* to poll; -1 without inotify */
};

void generation_watch_open(struct generation_watch *watch, struct relay_state *state, const char *path);
void generation_watch_close(struct generation_watch *watch);

/* Was it raised since the last call? Takes up a state file that was made anew, too. */
bool generation_watch_raised(struct generation_watch *watch);

#endif
