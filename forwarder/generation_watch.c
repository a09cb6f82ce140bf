/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "generation_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

enum { EVENTS_SIZE = 4096 };

/* The same file again is no second watch; another one is a new watch, and the kernel drops the old one with its
 * file. */
static void watch_file(const struct generation_watch *watch)
{
    if (watch->fd >= 0) {
        inotify_add_watch(watch->fd, watch->path, IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF);
    }
}

void generation_watch_open(struct generation_watch *watch, struct relay_state *state, const char *path)
{
    *watch = (struct generation_watch){.state = state, .path = path, .fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
    watch_file(watch);
    watch->generation = relay_state_generation(state);
}

void generation_watch_close(struct generation_watch *watch)
{
    if (watch->fd >= 0) {
        close(watch->fd);
        watch->fd = -1;
    }
}

bool generation_watch_raised(struct generation_watch *watch)
{
    char events[EVENTS_SIZE];
    while (watch->fd >= 0 && read(watch->fd, events, sizeof events) > 0) {
    }
    relay_state_refresh(watch->state);
    watch_file(watch);
    uint64_t generation = relay_state_generation(watch->state);
    bool raised = generation != watch->generation;
    watch->generation = generation;
    return raised;
}
