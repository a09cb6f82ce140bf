/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reload_watch: notices when the `system` endpoint asks for a reload, which it does by raising the generation in the
 * shared state.
 *
 * It uses inotify, so that an idle program does not wake up for it: raising the generation touches the state file, and
 * counting in it does not. Without inotify the request is noticed when the caller happens to ask.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "relay/relay_state.h"

struct reload_watch {
    struct relay_state *state;
    const char *path; /* belongs to the configuration */
    uint64_t generation;
    int fd; /* to poll; -1 without inotify */
};

void reload_watch_open(struct reload_watch *watch, struct relay_state *state, const char *path);
void reload_watch_close(struct reload_watch *watch);

/* Was a reload requested since the last call? Also notices that the state file was replaced, and watches the new
 * one. */
bool reload_watch_requested(struct reload_watch *watch);
