/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reload_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include "util/close_fd.h"

enum { EVENTS_SIZE = 4096 };

/* For a file that is watched already this changes nothing. For a new file it adds a watch; the kernel removes the old
 * watch together with the old file. */
static void watch_state_file(const struct reload_watch *watch)
{
    if (watch->fd >= 0) {
        inotify_add_watch(watch->fd, watch->path, IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF);
    }
}

void reload_watch_open(struct reload_watch *watch, struct relay_state *state, const char *path)
{
    *watch = (struct reload_watch){.state = state, .path = path, .fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
    watch_state_file(watch);
    watch->generation = relay_state_generation(state);
}

void reload_watch_close(struct reload_watch *watch)
{
    close_fd(&watch->fd);
}

bool reload_watch_requested(struct reload_watch *watch)
{
    char events[EVENTS_SIZE];
    while (watch->fd >= 0 && read(watch->fd, events, sizeof events) > 0) {
    }
    relay_state_refresh(watch->state);
    watch_state_file(watch);
    uint64_t generation = relay_state_generation(watch->state);
    bool raised = generation != watch->generation;
    watch->generation = generation;
    return raised;
}
