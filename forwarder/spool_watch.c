/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spool_watch.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>

#include "relay/spool_beside.h"
#include "util/log.h"

#define LOG_COMPONENT "spool_watch"

enum { EVENTS_SIZE = 16 << 10 };

bool spool_watch_wanted(const char *name)
{
    const char *extension = strrchr(name, '.');
    return name[0] != '.' && extension != NULL &&
           (strcmp(extension, ".gz") == 0 || strcmp(extension, ".zip") == 0 || strcmp(extension, ".log") == 0);
}

bool spool_watch_wanted_inventory(const char *name)
{
    return name[0] != '.';
}

int spool_watch_open(const struct spool *spool, struct err *err)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) {
        err_set_errno(err, errno, "inotify");
        return -1;
    }
    const uint32_t events = IN_MOVED_FROM | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
    if (inotify_add_watch(fd, spool_incoming_path(spool), events) < 0) {
        err_set_errno(err, errno, "inotify: %s", spool_incoming_path(spool));
        close(fd);
        return -1;
    }
    return fd;
}

struct watch {
    struct spool *spool;
    spool_watch_wants *wanted;
    struct dispatch *dispatch;
    uint32_t put_back; /* the cookie of a rename by which a forwarder gives a claimed file its name back; 0: none */
};

/* Releases a file that came beside another one: the other one may have left just before, and then nothing else would
 * give this file the name. A file that was put back is known and keeps its state: if it could not be moved to failed/,
 * say, taking it up at once would fail again, over and over. */
static void watch_name(const struct watch *watch, const struct inotify_event *event)
{
    if (spool_beside_is(event->name)) {
        spool_release(watch->spool, event->name, time(NULL));
    } else if (!watch->wanted(event->name)) {
        return;
    } else if ((event->mask & IN_MOVED_TO) == 0) {
        dispatch_arrived(watch->dispatch, event->name);
    } else if (event->cookie == watch->put_back) {
        dispatch_scan_add(watch->dispatch, event->name);
    } else {
        dispatch_renamed(watch->dispatch, event->name);
    }
}

static enum spool_watch_news watch_event(struct watch *watch, const struct inotify_event *event)
{
    if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)) {
        return SPOOL_WATCH_LOST;
    }
    if (event->mask & IN_Q_OVERFLOW) {
        return SPOOL_WATCH_OVERFLOW;
    }
    if (event->mask & IN_MOVED_FROM) {
        watch->put_back = event->len > 0 && spool_is_claimed(event->name) ? event->cookie : watch->put_back;
    } else if (event->len > 0 && !(event->mask & IN_ISDIR)) {
        watch_name(watch, event);
    }
    return SPOOL_WATCH_QUIET;
}

enum spool_watch_news spool_watch_read(int inotify_fd, struct spool *spool, spool_watch_wants *wanted,
                                       struct dispatch *dispatch)
{
    _Alignas(struct inotify_event) char events[EVENTS_SIZE];
    struct watch watch = {spool, wanted, dispatch, 0};
    enum spool_watch_news worst = SPOOL_WATCH_QUIET;
    ssize_t len;
    while ((len = read(inotify_fd, events, sizeof events)) > 0) {
        for (const char *at = events; at < events + len;) {
            const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
            enum spool_watch_news news = watch_event(&watch, event);
            worst = news > worst ? news : worst;
            at += sizeof *event + event->len;
        }
    }
    return worst;
}

struct scan_context {
    struct spool *spool;
    spool_watch_wants *wanted;
    struct dispatch *dispatch;
};

static bool scan_visit(void *context, const struct spool_entry *entry)
{
    const struct scan_context *scan = context;
    if (spool_beside_is(entry->name)) {
        spool_release(scan->spool, entry->name, time(NULL));
    } else if (scan->wanted(entry->name)) {
        dispatch_scan_add(scan->dispatch, entry->name);
    }
    return true;
}

bool spool_watch_scan(struct spool *spool, spool_watch_wants *wanted, struct dispatch *dispatch, struct err *err)
{
    struct scan_context scan = {spool, wanted, dispatch};
    dispatch_scan_start(dispatch);
    spool_forget_beside(spool);
    if (!spool_scan(spool_incoming_fd(spool), scan_visit, &scan, err)) {
        return false; /* the scan is not complete: names that it did not see may still be there */
    }
    size_t gone = dispatch_scan_end(dispatch);
    log_debug("incoming scanned", log_number("held", (int64_t)dispatch_count(dispatch)),
              log_number("gone", (int64_t)gone));
    return true;
}
