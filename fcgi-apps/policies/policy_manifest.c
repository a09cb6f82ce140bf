/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policies/policy_manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policies/policy_name.h"
#include "util/close_fd.h"
#include "util/compare.h"
#include "util/dir_stream.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "policy_manifest"

enum { LINK_TARGET_SIZE = 4096, FUTURE_SECONDS = 1 };

struct walk {
    struct policy_manifest *manifest;
    const struct policy_limits *limits;
    struct err *err;
    time_t latest; /* what is later is in the future */
};

struct names {
    const char **at;
    size_t count;
    size_t room;
};

static enum policy_walk policy_manifest_refuse(struct walk *walk, const char *path, const char *reason)
{
    err_set(walk->err, "%s: %s", path, reason);
    return POLICY_WALK_REFUSED;
}

/* What goes away while we look is a change and no failure. */
static enum policy_walk policy_manifest_by_errno(struct walk *walk, int errnum, const char *path)
{
    err_set_errno(walk->err, errnum, "%s", *path != '\0' ? path : "the directory");
    return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP || errnum == EINVAL || errnum == ESTALE
               ? POLICY_WALK_CHANGING
               : POLICY_WALK_FAILED;
}

static char *join(struct walk *walk, const char *parent, const char *name)
{
    size_t before = strlen(parent), len = strlen(name);
    char *path = arena_alloc(&walk->manifest->arena, before + len + 2);
    memcpy(path, parent, before);
    path[before] = '/';
    size_t at = before > 0 ? before + 1 : 0;
    memcpy(path + at, name, len + 1);
    return path;
}

/* Full paths of what is in the open directory, sorted. More names than a manifest may hold are not gathered. */
static enum policy_walk read_names(struct walk *walk, DIR *dir, const char *parent, struct names *names)
{
    errno = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL; errno = 0) {
        if (dir_stream_is_dots(entry->d_name)) {
            continue;
        }
        if (names->count + walk->manifest->count >= walk->limits->max_files) {
            return policy_manifest_refuse(walk, parent, "more files than policies.max_files");
        }
        if (names->count == names->room) {
            names->room = names->room > 0 ? 2 * names->room : 64;
            names->at = xreallocarray(names->at, names->room, sizeof *names->at);
        }
        names->at[names->count++] = join(walk, parent, entry->d_name);
    }
    if (errno != 0) {
        return policy_manifest_by_errno(walk, errno, parent);
    }
    if (names->count > 1) {
        qsort(names->at, names->count, sizeof *names->at, compare_texts);
    }
    return POLICY_WALK_DONE;
}

static enum policy_walk read_link(struct walk *walk, int dir_fd, struct policy_entry *entry)
{
    char target[LINK_TARGET_SIZE];
    ssize_t len = readlinkat(dir_fd, basename(entry->path), target, sizeof target - 1);
    if (len < 0) {
        return policy_manifest_by_errno(walk, errno, entry->path);
    }
    target[len] = '\0';
    if (!policy_name_fits(target) || !policy_link_inside(entry->path, target)) {
        return policy_manifest_refuse(walk, entry->path, "a symbolic link that may lead outside");
    }
    char *kept = arena_alloc(&walk->manifest->arena, (size_t)len + 1);
    memcpy(kept, target, (size_t)len + 1);
    entry->target = kept;
    return POLICY_WALK_DONE;
}

static bool later(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec ? a.tv_sec > b.tv_sec : a.tv_nsec > b.tv_nsec;
}

static void note_change(struct walk *walk, struct timespec ctime)
{
    if (ctime.tv_sec <= walk->latest && later(ctime, walk->manifest->newest)) {
        walk->manifest->newest = ctime;
    }
}

static void add_entry(struct policy_manifest *manifest, const struct policy_entry *entry)
{
    if (manifest->count == manifest->room) {
        manifest->room = manifest->room > 0 ? 2 * manifest->room : 256;
        manifest->entries = xreallocarray(manifest->entries, manifest->room, sizeof *manifest->entries);
    }
    manifest->entries[manifest->count++] = *entry;
}

static struct policy_entry entry_of(const char *path, const struct stat *status)
{
    return (struct policy_entry){
        .path = path,
        .mode = status->st_mode,
        .size = S_ISREG(status->st_mode) ? status->st_size : 0,
        .device = status->st_dev,
        .inode = status->st_ino,
        .mtime = status->st_mtim,
        .ctime = status->st_ctim,
    };
}

static enum policy_walk walk_directory(struct walk *walk, int dir_fd, const char *path, size_t depth);

static enum policy_walk walk_below(struct walk *walk, int parent_fd, const struct policy_entry *entry, size_t depth)
{
    struct stat status;
    int fd = openat(parent_fd, basename(entry->path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return policy_manifest_by_errno(walk, errno, entry->path);
    }
    if (fstat(fd, &status) != 0 || !policy_entry_is(entry, &status)) {
        close(fd);
        err_set(walk->err, "%s: replaced meanwhile", entry->path);
        return POLICY_WALK_CHANGING;
    }
    return walk_directory(walk, fd, entry->path, depth + 1);
}

static enum policy_walk take_entry(struct walk *walk, int dir_fd, const char *path, size_t depth)
{
    struct stat status;
    if (fstatat(dir_fd, basename(path), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return policy_manifest_by_errno(walk, errno, path);
    }
    struct policy_entry entry = entry_of(path, &status);
    struct policy_manifest *manifest = walk->manifest;
    enum policy_walk result = POLICY_WALK_DONE;
    note_change(walk, entry.ctime);
    if (!policy_name_fits(basename(path))) {
        log_warn("a name that is no UTF-8, or holds a control character or a backslash, left out of the policies",
                 log_text("path", path));
        return POLICY_WALK_DONE;
    }
    if (S_ISLNK(entry.mode)) {
        result = read_link(walk, dir_fd, &entry);
    } else if (!S_ISREG(entry.mode) && !S_ISDIR(entry.mode)) {
        log_warn("neither file nor directory, left out of the policies", log_text("path", path));
        return POLICY_WALK_DONE;
    }
    if (entry.size > walk->limits->max_size - manifest->bytes) {
        return policy_manifest_refuse(walk, path, "more bytes than policies.max_size");
    }
    manifest->bytes += entry.size;
    add_entry(manifest, &entry);
    return result == POLICY_WALK_DONE && S_ISDIR(entry.mode) ? walk_below(walk, dir_fd, &entry, depth) : result;
}

/* Closes dir_fd. */
static enum policy_walk walk_directory(struct walk *walk, int dir_fd, const char *path, size_t depth)
{
    struct names names = {0};
    enum policy_walk result = POLICY_WALK_FAILED;
    DIR *dir = fdopendir(dir_fd);
    if (dir == NULL) {
        err_set_errno(walk->err, errno, "%s", path);
        close(dir_fd);
        return POLICY_WALK_FAILED;
    }
    if (depth > POLICY_MAX_DEPTH) {
        result = policy_manifest_refuse(walk, path, "too many directories in each other");
        goto out;
    }
    result = read_names(walk, dir, path, &names);
    for (size_t i = 0; i < names.count && result == POLICY_WALK_DONE; i++) {
        result = take_entry(walk, dir_fd, names.at[i], depth);
    }
out:
    free(names.at);
    closedir(dir);
    return result;
}

/* What says in bytes how an entry is; only ever compared with what this same program made. */
struct entry_state {
    uint64_t mode, size, device, inode;
    int64_t mtime, mtime_ns, ctime, ctime_ns;
    uint64_t path_len, target_len;
};

static bool digest_entry(EVP_MD_CTX *digest, const struct policy_entry *entry)
{
    struct entry_state state = {
        .mode = entry->mode,
        .size = (uint64_t)entry->size,
        .device = entry->device,
        .inode = entry->inode,
        .mtime = entry->mtime.tv_sec,
        .mtime_ns = entry->mtime.tv_nsec,
        .ctime = entry->ctime.tv_sec,
        .ctime_ns = entry->ctime.tv_nsec,
        .path_len = strlen(entry->path),
        .target_len = entry->target != NULL ? strlen(entry->target) : 0,
    };
    return EVP_DigestUpdate(digest, &state, sizeof state) == 1 &&
           EVP_DigestUpdate(digest, entry->path, state.path_len) == 1 &&
           (entry->target == NULL || EVP_DigestUpdate(digest, entry->target, state.target_len) == 1);
}

/* The directory itself is part of the state: what is put in its place has another inode. */
static bool digest_state(struct policy_manifest *manifest, const struct policy_entry *directory)
{
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    bool done = digest != NULL && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1 && digest_entry(digest, directory);
    for (size_t i = 0; i < manifest->count && done; i++) {
        done = digest_entry(digest, &manifest->entries[i]);
    }
    done = done && EVP_DigestFinal_ex(digest, manifest->state, NULL) == 1;
    EVP_MD_CTX_free(digest);
    return done;
}

enum policy_walk policy_manifest_read(struct policy_manifest *manifest, int dir_fd, const struct policy_limits *limits,
                                      struct err *err)
{
    struct walk walk = {.manifest = manifest, .limits = limits, .err = err, .latest = time(NULL) + FUTURE_SECONDS};
    struct stat status;
    arena_clear(&manifest->arena);
    manifest->count = 0;
    manifest->bytes = 0;
    manifest->newest = (struct timespec){0};
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        close_fd(&fd);
        return policy_manifest_by_errno(&walk, errno, "");
    }
    struct policy_entry directory = entry_of("", &status);
    note_change(&walk, directory.ctime);
    enum policy_walk result = walk_directory(&walk, fd, "", 0);
    if (result == POLICY_WALK_DONE && !digest_state(manifest, &directory)) {
        err_set(err, "no memory for a digest");
        result = POLICY_WALK_FAILED;
    }
    return result;
}

void policy_manifest_free(struct policy_manifest *manifest)
{
    arena_free(&manifest->arena);
    free(manifest->entries);
    *manifest = (struct policy_manifest){0};
}

static bool policy_manifest_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool policy_entry_is(const struct policy_entry *entry, const struct stat *status)
{
    return entry->device == status->st_dev && entry->inode == status->st_ino && entry->mode == status->st_mode &&
           (!S_ISREG(status->st_mode) || entry->size == status->st_size) &&
           policy_manifest_same_time(entry->mtime, status->st_mtim) &&
           policy_manifest_same_time(entry->ctime, status->st_ctim);
}
