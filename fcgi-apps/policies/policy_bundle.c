/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policies/policy_bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/close_fd.h"
#include "util/log.h"
#include "util/open_beneath.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "policy_bundle"

enum { PAUSE_MS = 100, SWAP_MS = 1000 };

static const char *const suffixes[POLICY_FORMATS] = {[POLICY_TAR_GZ] = ".tar.gz", [POLICY_ZIP] = ".zip"};

struct policy_bundles {
    const char *path;
    struct policy_limits limits;
    int64_t settle_ms;
    int64_t max_wait_ms;
    struct file_cache *cache;
    struct policy_manifest manifest; /* the memory is used again */
    struct policy_manifest after;
};

/* What is asked for, and where. */
struct ask {
    struct policy_bundles *bundles;
    char *directory; /* below policies.path */
    char *name;      /* in the cache */
    enum policy_format format;
    policy_record_suffices *suffices;
    void *context;
    int64_t began; /* clock_ms */
};

struct policy_bundles *policy_bundles_open(const struct relay_config *config, struct err *err)
{
    struct file_cache *cache = file_cache_open(config->policies.cache_directory, config->policies.cache_size,
                                               config->policies.cache_retention, err);
    if (cache == NULL) {
        err_prefix(err, "policies.cache_directory");
        return NULL;
    }
    struct policy_bundles *bundles = xcalloc(1, sizeof *bundles);
    *bundles = (struct policy_bundles){
        .path = config->policies.path,
        .limits = {.max_files = (size_t)config->policies.max_files, .max_size = config->policies.max_size},
        .settle_ms = config->policies.settle_time * 1000,
        .max_wait_ms = config->policies.max_wait * 1000,
        .cache = cache,
    };
    return bundles;
}

void policy_bundles_close(struct policy_bundles *bundles)
{
    if (bundles != NULL) {
        file_cache_close(bundles->cache);
        policy_manifest_free(&bundles->manifest);
        policy_manifest_free(&bundles->after);
        free(bundles);
    }
}

/* Opened by path each time: another directory may have come by rename, and the share may be a mount that comes and
 * goes. */
static int policy_bundle_open_directory(const struct policy_bundles *bundles, const char *directory, struct err *err)
{
    int share = open(bundles->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (share < 0) {
        err_set_errno(err, errno, "policies.path %s", bundles->path);
        errno = errno == ENOENT ? EIO : errno; /* the directory of all policies is missing, not this node's */
        return -1;
    }
    int fd = open_beneath(share, directory, O_RDONLY | O_DIRECTORY, err);
    close_fd(&share);
    return fd;
}

static bool same_directory(const struct ask *ask, int directory)
{
    struct stat before, now;
    int again = policy_bundle_open_directory(ask->bundles, ask->directory, NULL);
    if (again < 0) {
        return false;
    }
    bool same = fstat(directory, &before) == 0 && fstat(again, &now) == 0 && before.st_dev == now.st_dev &&
                before.st_ino == now.st_ino;
    close(again);
    return same;
}

static enum policy_bundle by_walk(enum policy_walk walk)
{
    switch (walk) {
    case POLICY_WALK_DONE:
        return POLICY_BUNDLE_READY;
    case POLICY_WALK_CHANGING:
        return POLICY_BUNDLE_CHANGING;
    case POLICY_WALK_REFUSED:
    case POLICY_WALK_FAILED:
        break;
    }
    return POLICY_BUNDLE_FAILED;
}

/* Was the last change so long ago that the writer is probably done? The times of a file system are coarse, so a settle
 * time of 0 still means some milliseconds. */
static bool settled(const struct policy_bundles *bundles)
{
    const struct timespec *newest = &bundles->manifest.newest;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t age = ((int64_t)now.tv_sec - newest->tv_sec) * 1000 + now.tv_nsec / 1000000 - newest->tv_nsec / 1000000;
    return age > (bundles->settle_ms > PAUSE_MS ? bundles->settle_ms : PAUSE_MS);
}

static enum policy_bundle write_archive(const struct ask *ask, int directory, struct file_cache_entry *entry,
                                        struct err *err)
{
    struct policy_bundles *bundles = ask->bundles;
    switch (policy_archive_pack(&bundles->manifest, directory, ask->format, file_cache_write, entry, err)) {
    case POLICY_PACK_DONE:
        break;
    case POLICY_PACK_CHANGED:
        return POLICY_BUNDLE_CHANGING;
    case POLICY_PACK_FAILED:
        return entry->no_space ? POLICY_BUNDLE_NO_SPACE : POLICY_BUNDLE_FAILED;
    }
    enum policy_bundle result = by_walk(policy_manifest_read(&bundles->after, directory, &bundles->limits, err));
    bool same = memcmp(bundles->after.state, bundles->manifest.state, POLICY_STATE_SIZE) == 0;
    if (result == POLICY_BUNDLE_READY && (!same || !same_directory(ask, directory))) {
        err_set(err, "%s changed while it was packed", ask->directory);
        result = POLICY_BUNDLE_CHANGING;
    }
    return result;
}

static enum policy_bundle pack(const struct ask *ask, int directory, struct file_cached *cached, struct err *err)
{
    struct file_cache_entry entry;
    if (!file_cache_begin(ask->bundles->cache, &entry, err)) {
        return entry.no_space ? POLICY_BUNDLE_NO_SPACE : POLICY_BUNDLE_FAILED;
    }
    enum policy_bundle result = write_archive(ask, directory, &entry, err);
    if (result != POLICY_BUNDLE_READY) {
        file_cache_abandon(&entry);
        return result;
    }
    if (!file_cache_commit(ask->bundles->cache, &entry, ask->name, ask->bundles->manifest.state, POLICY_STATE_SIZE,
                           cached, err)) {
        return entry.no_space ? POLICY_BUNDLE_NO_SPACE : POLICY_BUNDLE_FAILED;
    }
    log_info("policies packed", log_text("name", ask->name),
             log_number("entries", (int64_t)ask->bundles->manifest.count),
             log_number("bytes", ask->bundles->manifest.bytes), log_number("packed", cached->length));
    return POLICY_BUNDLE_READY;
}

/* Does the cache know the archive of a directory in this state? That is what the note says. */
static bool find_of_state(const struct ask *ask, const unsigned char state[POLICY_STATE_SIZE],
                          struct file_cached *cached)
{
    if (!file_cache_find(ask->bundles->cache, ask->name, cached)) {
        return false;
    }
    if (memcmp(cached->note, state, POLICY_STATE_SIZE) == 0) {
        return true;
    }
    file_cached_close(cached);
    return false;
}

/* A lock on the directory itself lets only one process pack it: the others wait and find the archive in the cache.
 * Where the lock fails (NFS wants a writable descriptor), several processes pack, and all get the same bytes. */
static enum policy_bundle from_directory(const struct ask *ask, int directory, struct file_cached *cached,
                                         struct err *err)
{
    struct policy_bundles *bundles = ask->bundles;
    enum policy_bundle result = by_walk(policy_manifest_read(&bundles->manifest, directory, &bundles->limits, err));
    if (result != POLICY_BUNDLE_READY) {
        return result;
    }
    if (find_of_state(ask, bundles->manifest.state, cached) &&
        (cached->fd >= 0 || ask->suffices(ask->context, cached))) {
        return POLICY_BUNDLE_READY;
    }
    if (!settled(bundles)) {
        err_set(err, "%s changed a moment ago", ask->directory);
        return POLICY_BUNDLE_CHANGING;
    }
    if (flock(directory, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        err_set(err, "%s is being packed by another process", ask->directory);
        return POLICY_BUNDLE_CHANGING;
    }
    return pack(ask, directory, cached, err);
}

static bool exists(const struct policy_bundles *bundles, const char *path)
{
    int fd = policy_bundle_open_directory(bundles, path, NULL);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

/* While one `rules` replaces another by two renames, there is no `rules` for a moment. */
static enum policy_bundle missing(const struct ask *ask, const char *node_id)
{
    char *rules = xasprintf("%s/rules", node_id);
    bool swapped = clock_ms() - ask->began < SWAP_MS && exists(ask->bundles, node_id) && !exists(ask->bundles, rules);
    free(rules);
    return swapped ? POLICY_BUNDLE_CHANGING : POLICY_BUNDLE_NONE;
}

static enum policy_bundle try_once(const struct ask *ask, const char *node_id, struct file_cached *cached,
                                   struct err *err)
{
    int directory = policy_bundle_open_directory(ask->bundles, ask->directory, err);
    if (directory < 0) {
        return errno == ENOENT || errno == ENOTDIR ? missing(ask, node_id) : POLICY_BUNDLE_FAILED;
    }
    enum policy_bundle result = from_directory(ask, directory, cached, err);
    close(directory);
    return result;
}

static void pause_a_moment(void)
{
    const struct timespec pause = {0, PAUSE_MS * 1000000L};
    (void)nanosleep(&pause, NULL);
}

enum policy_bundle policy_bundle_get(struct policy_bundles *bundles, const char *node_id, enum policy_format format,
                                     policy_record_suffices *suffices, void *context, struct file_cached *cached,
                                     struct err *err)
{
    struct ask ask = {
        .bundles = bundles,
        .directory = xasprintf("%s/rules/cfengine-community", node_id),
        .name = xasprintf("%s%s", node_id, suffixes[format]),
        .format = format,
        .suffices = suffices,
        .context = context,
        .began = clock_ms(),
    };
    enum policy_bundle result;
    cached->fd = -1;
    while ((result = try_once(&ask, node_id, cached, err)) == POLICY_BUNDLE_CHANGING &&
           clock_ms() - ask.began < bundles->max_wait_ms) {
        pause_a_moment();
    }
    file_cache_trim(bundles->cache);
    free(ask.directory);
    free(ask.name);
    return result;
}
