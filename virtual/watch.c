/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual/watch.h"

#include <event2/event_struct.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/close_fd.h"
#include "util/file_status.h"
#include "util/xmalloc.h"

enum { SETTLE_US = 50 * 1000 };

static const uint32_t changes =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

struct watch {
    const char *path;
    void (*changed)(void *context);
    void *context;
    int inotify;      /* -1: there is none */
    int number;       /* of the watch; -1: none */
    struct stat seen; /* the directory, if it is watched */
    struct event readable;
    struct event settled;
};

static void on_changes(evutil_socket_t fd, short what, void *context)
{
    struct watch *watch = context;
    char events[4096];
    (void)what;
    while (read(fd, events, sizeof events) > 0) {
    }
    if (!evtimer_pending(&watch->settled, NULL)) {
        evtimer_add(&watch->settled, &(const struct timeval){.tv_usec = SETTLE_US});
    }
}

static void on_settled(evutil_socket_t fd, short what, void *context)
{
    struct watch *watch = context;
    (void)fd;
    (void)what;
    watch->changed(watch->context);
}

bool watch_renew(struct watch *watch)
{
    struct stat status;
    const bool there = stat(watch->path, &status) == 0;
    if (watch->inotify < 0 || !there || (watch->number >= 0 && file_status_is_same_file(&status, &watch->seen))) {
        return false;
    }
    if (watch->number >= 0) {
        inotify_rm_watch(watch->inotify, watch->number);
    }
    watch->number = inotify_add_watch(watch->inotify, watch->path, changes);
    watch->seen = status;
    return watch->number >= 0;
}

struct watch *watch_start(struct event_base *base, const char *path, void (*changed)(void *context), void *context)
{
    struct watch *watch = xcalloc(1, sizeof *watch);
    *watch = (struct watch){.path = path, .changed = changed, .context = context, .number = -1};
    watch->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    evtimer_assign(&watch->settled, base, on_settled, watch);
    if (watch->inotify >= 0) {
        event_assign(&watch->readable, base, watch->inotify, EV_READ | EV_PERSIST, on_changes, watch);
        event_add(&watch->readable, NULL);
    }
    watch_renew(watch);
    return watch;
}

void watch_free(struct watch *watch)
{
    if (watch == NULL) {
        return;
    }
    event_del(&watch->settled);
    if (watch->inotify >= 0) {
        event_del(&watch->readable);
    }
    close_fd(&watch->inotify);
    free(watch);
}
