/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policies/policy_cache_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/xmalloc.h"

enum { DIRECTORY_MODE = 0700, FILE_MODE = 0600, STALE_SECONDS = 600 };

/* How often a use of an archive is noted, for the cleaning. */
enum { USED_SECONDS = 3600 };

static const char magic[16] = "rudder-policies1"; /* without its NUL; another number when archives are made otherwise */

struct policy_cache *policy_cache_open(const char *directory, int64_t max_size, int64_t retention, struct err *err)
{
    if (mkdir(directory, DIRECTORY_MODE) != 0 && errno != EEXIST) {
        err_set_errno(err, errno, "policies.cache_directory %s", directory);
        return NULL;
    }
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || faccessat(fd, ".", R_OK | W_OK | X_OK, AT_EACCESS) != 0) {
        err_set_errno(err, errno, "policies.cache_directory %s", directory);
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    struct policy_cache *cache = xcalloc(1, sizeof *cache);
    *cache = (struct policy_cache){.fd = fd, .max_size = max_size, .retention = retention};
    safe_file_sweep(fd, STALE_SECONDS);
    return cache;
}

void policy_cache_close(struct policy_cache *cache)
{
    if (cache != NULL) {
        close(cache->fd);
        free(cache);
    }
}

bool policy_record_read(int fd, struct policy_record *record, bool *whole)
{
    struct stat status;
    if (pread(fd, record, sizeof *record, 0) != (ssize_t)sizeof *record ||
        memcmp(record->magic, magic, sizeof magic) != 0 || fstat(fd, &status) != 0 || record->length <= 0) {
        return false;
    }
    *whole = status.st_size == (int64_t)sizeof *record + record->length;
    return *whole || status.st_size == (int64_t)sizeof *record;
}

static void note_use(int fd)
{
    struct stat status;
    if (fstat(fd, &status) == 0 && status.st_mtime < time(NULL) - USED_SECONDS) {
        (void)futimens(fd, NULL);
    }
}

static int open_entry(const struct policy_cache *cache, const char *name)
{
    return openat(cache->fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

static void policy_cache_fill(struct policy_cached *cached, const struct policy_record *record, int fd)
{
    *cached = (struct policy_cached){.fd = fd, .from = sizeof *record, .length = record->length, .made = record->made};
    memcpy(cached->digest, record->digest, sizeof cached->digest);
}

bool policy_cache_find(struct policy_cache *cache, const char *name, const unsigned char state[POLICY_STATE_SIZE],
                       struct policy_cached *cached)
{
    struct policy_record record;
    bool whole = false;
    int fd = open_entry(cache, name);
    if (fd < 0) {
        return false;
    }
    if (!policy_record_read(fd, &record, &whole) || memcmp(record.state, state, sizeof record.state) != 0) {
        close(fd);
        return false;
    }
    note_use(fd);
    policy_cache_fill(cached, &record, fd);
    if (!whole) {
        policy_cached_close(cached);
    }
    return true;
}

void policy_cached_close(struct policy_cached *cached)
{
    if (cached->fd >= 0) {
        close(cached->fd);
        cached->fd = -1;
    }
}

/* The record is written last, when everything is known. Until then its place is a hole in the file. */
bool policy_cache_begin(struct policy_cache *cache, struct policy_cache_entry *entry, struct err *err)
{
    *entry = (struct policy_cache_entry){.digest = EVP_MD_CTX_new()};
    errno = 0;
    if (entry->digest == NULL || EVP_DigestInit_ex(entry->digest, EVP_sha256(), NULL) != 1) {
        err_set(err, "no memory for a digest");
    } else if (safe_file_create(&entry->file, cache->fd, FILE_MODE, err)) {
        return true;
    }
    entry->no_space = errno == ENOSPC || errno == EDQUOT;
    EVP_MD_CTX_free(entry->digest);
    return false;
}

static bool policy_cache_write_all(struct policy_cache_entry *entry, const char *at, size_t len, off_t position,
                                   struct err *err)
{
    while (len > 0) {
        ssize_t wrote = pwrite(entry->file.fd, at, len, position);
        if (wrote < 0 && errno != EINTR) {
            entry->no_space = errno == ENOSPC || errno == EDQUOT;
            return err_set_errno(err, errno, "writing into the cache");
        }
        if (wrote > 0) {
            at += wrote;
            position += wrote;
            len -= (size_t)wrote;
        }
    }
    return true;
}

bool policy_cache_write(void *context, const void *bytes, size_t len, struct err *err)
{
    struct policy_cache_entry *entry = context;
    if (EVP_DigestUpdate(entry->digest, bytes, len) != 1) {
        return err_set(err, "digest");
    }
    off_t position = (off_t)(sizeof(struct policy_record) + (size_t)entry->length);
    entry->length += (int64_t)len;
    return policy_cache_write_all(entry, bytes, len, position, err);
}

/* The same content keeps its Last-Modified, although it was packed again now. */
static int64_t first_made(const struct policy_cache *cache, const char *name, const struct policy_record *now)
{
    struct policy_record before;
    bool whole;
    int64_t made = now->made;
    int fd = open_entry(cache, name);
    if (fd >= 0) {
        if (policy_record_read(fd, &before, &whole) && memcmp(before.digest, now->digest, sizeof now->digest) == 0) {
            made = before.made;
        }
        close(fd);
    }
    return made;
}

bool policy_cache_commit(struct policy_cache *cache, struct policy_cache_entry *entry, const char *name,
                         const unsigned char state[POLICY_STATE_SIZE], struct policy_cached *cached, struct err *err)
{
    struct policy_record record = {.length = entry->length, .made = time(NULL)};
    memcpy(record.magic, magic, sizeof magic);
    memcpy(record.state, state, sizeof record.state);
    int fd = -1;
    if (EVP_DigestFinal_ex(entry->digest, record.digest, NULL) != 1) {
        err_set(err, "digest");
        goto failed;
    }
    record.made = first_made(cache, name, &record);
    if (!policy_cache_write_all(entry, (const char *)&record, sizeof record, 0, err)) {
        goto failed;
    }
    fd = fcntl(entry->file.fd, F_DUPFD_CLOEXEC, 0); /* the archive is read from where it was written */
    if (fd < 0) {
        err_set_errno(err, errno, "cache file");
        goto failed;
    }
    EVP_MD_CTX_free(entry->digest);
    errno = 0;
    if (!safe_file_commit(&entry->file, name, NULL, err)) {
        entry->no_space = errno == ENOSPC || errno == EDQUOT;
        close(fd);
        return false;
    }
    cache->stored += record.length;
    policy_cache_fill(cached, &record, fd);
    return true;

failed:
    if (fd >= 0) {
        close(fd);
    }
    policy_cache_abandon(entry);
    return false;
}

void policy_cache_abandon(struct policy_cache_entry *entry)
{
    safe_file_abandon(&entry->file);
    EVP_MD_CTX_free(entry->digest);
    entry->digest = NULL;
}
