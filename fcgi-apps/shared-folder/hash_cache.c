/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-folder/hash_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util/close_fd.h"
#include "util/err.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "hash_cache"

enum { SETS = HASH_CACHE_ENTRIES / HASH_CACHE_WAYS };
enum { WORD_DEVICE, WORD_INODE, WORD_ALGORITHM, WORD_SIZE, WORD_MTIME, WORD_CTIME, WORD_NANOSECONDS, KEY_WORDS };
enum { DIGEST_WORDS = DIGEST_MAX_SIZE / 8, CONTENT_WORDS = KEY_WORDS + DIGEST_WORDS };

#define FORMAT UINT64_C(0x72756464722d6831) /* another for another meaning of the words */

/* Processes write it at the same time: words, each atomic, and the checksum says whether they belong together. All zero
 * bytes is an empty one. */
struct entry {
    _Atomic uint64_t words[CONTENT_WORDS];
    _Atomic uint64_t checksum;
    _Atomic uint64_t used; /* the table's clock when it was last of use */
};

struct table {
    _Atomic uint64_t clock;
    struct entry sets[SETS][HASH_CACHE_WAYS];
};

struct hash_cache {
    struct table *table;
    bool shared;
};

/* FNV-1a, 64 bits, a word at a time with the high half folded in. */
static uint64_t hash_cache_mix(uint64_t sum, uint64_t word)
{
    sum = (sum ^ word) * UINT64_C(0x100000001b3);
    return sum ^ sum >> 32;
}

static uint64_t sum_of(const uint64_t *words, size_t count)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325) ^ FORMAT;
    for (size_t i = 0; i < count; i++) {
        sum = hash_cache_mix(sum, words[i]);
    }
    return sum;
}

static void key_of(const struct stat *status, enum digest_algorithm algorithm, uint64_t key[KEY_WORDS])
{
    key[WORD_DEVICE] = (uint64_t)status->st_dev;
    key[WORD_INODE] = (uint64_t)status->st_ino;
    key[WORD_ALGORITHM] = (uint64_t)algorithm + 1;
    key[WORD_SIZE] = (uint64_t)status->st_size;
    key[WORD_MTIME] = (uint64_t)status->st_mtim.tv_sec;
    key[WORD_CTIME] = (uint64_t)status->st_ctim.tv_sec;
    key[WORD_NANOSECONDS] = (uint64_t)status->st_mtim.tv_nsec << 32 | (uint64_t)status->st_ctim.tv_nsec;
}

/* A file keeps its places when it changes. */
static struct entry *set_of(struct table *table, const uint64_t *key)
{
    return table->sets[sum_of(key, WORD_ALGORITHM + 1) % SETS];
}

/* False when nothing whole stands there. */
static bool hash_cache_load(struct entry *entry, uint64_t words[CONTENT_WORDS])
{
    uint64_t checksum = atomic_load_explicit(&entry->checksum, memory_order_acquire);
    for (size_t i = 0; i < CONTENT_WORDS; i++) {
        words[i] = atomic_load_explicit(&entry->words[i], memory_order_relaxed);
    }
    return checksum == sum_of(words, CONTENT_WORDS);
}

static void touch(struct table *table, struct entry *entry)
{
    uint64_t now = atomic_fetch_add_explicit(&table->clock, 1, memory_order_relaxed) + 1;
    atomic_store_explicit(&entry->used, now, memory_order_relaxed);
}

bool hash_cache_find(struct hash_cache *cache, const struct stat *status, enum digest_algorithm algorithm,
                     unsigned char digest[DIGEST_MAX_SIZE])
{
    uint64_t key[KEY_WORDS];
    uint64_t words[CONTENT_WORDS];
    key_of(status, algorithm, key);
    struct entry *set = set_of(cache->table, key);
    for (size_t way = 0; way < HASH_CACHE_WAYS; way++) {
        if (hash_cache_load(&set[way], words) && memcmp(words, key, sizeof key) == 0) {
            touch(cache->table, &set[way]);
            memcpy(digest, words + KEY_WORDS, DIGEST_MAX_SIZE);
            return true;
        }
    }
    return false;
}

/* The place of what is known of an earlier state of the file, else a free one, else the one used longest ago. */
static struct entry *place_for(struct entry *set, const uint64_t *key)
{
    uint64_t words[CONTENT_WORDS];
    struct entry *best = NULL;
    uint64_t best_used = UINT64_MAX;
    for (size_t way = 0; way < HASH_CACHE_WAYS; way++) {
        bool whole = hash_cache_load(&set[way], words);
        if (whole && memcmp(words, key, (WORD_ALGORITHM + 1) * sizeof *key) == 0) {
            return &set[way];
        }
        uint64_t used = whole ? atomic_load_explicit(&set[way].used, memory_order_relaxed) : 0;
        if (best == NULL || used < best_used) {
            best = &set[way];
            best_used = used;
        }
    }
    return best;
}

void hash_cache_store(struct hash_cache *cache, const struct stat *status, enum digest_algorithm algorithm,
                      const unsigned char *digest, time_t began)
{
    uint64_t words[CONTENT_WORDS] = {0};
    if (status->st_ctim.tv_sec >= began - HASH_CACHE_SETTLE_SECONDS) {
        return;
    }
    key_of(status, algorithm, words);
    memcpy(words + KEY_WORDS, digest, digest_algorithm_size(algorithm));
    struct entry *entry = place_for(set_of(cache->table, words), words);
    for (size_t i = 0; i < CONTENT_WORDS; i++) {
        atomic_store_explicit(&entry->words[i], words[i], memory_order_relaxed);
    }
    atomic_store_explicit(&entry->checksum, sum_of(words, CONTENT_WORDS), memory_order_release);
    touch(cache->table, entry);
}

/* The room is there before anybody writes into the mapping: a full file system is an error here, not a SIGBUS later. */
static bool has_room(int fd, struct err *err)
{
    int errnum = posix_fallocate(fd, 0, sizeof(struct table));
    return errnum == 0 || err_set_errno(err, errnum, "room for the table");
}

static bool is_ours_alone(const struct stat *status)
{
    return S_ISREG(status->st_mode) && status->st_uid == geteuid() && (status->st_mode & 077) == 0;
}

/* The descriptor, or -1 with err. *outdated: it is another version's, which has sized it otherwise. */
static int hash_cache_open_file(const char *path, bool *outdated, struct err *err)
{
    struct stat status;
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    *outdated = false;
    if (fd < 0 || fstat(fd, &status) != 0) {
        err_set_errno(err, errno, "opening");
    } else if (!is_ours_alone(&status)) {
        err_set(err, "it is not a file of this user's alone");
    } else if (status.st_size != 0 && status.st_size != (off_t)sizeof(struct table)) {
        *outdated = true;
        err_set(err, "it is not of this version");
    } else if (has_room(fd, err)) {
        return fd;
    }
    close_fd(&fd);
    return -1;
}

/* NULL with err. An outdated file makes room for a new one; who has it mapped still keeps it. */
static struct table *hash_cache_map_file(const char *path, struct err *err)
{
    bool outdated;
    int fd = hash_cache_open_file(path, &outdated, err);
    if (outdated && unlink(path) == 0) {
        fd = hash_cache_open_file(path, &outdated, err);
    }
    if (fd < 0) {
        return NULL;
    }
    void *at = mmap(NULL, sizeof(struct table), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) {
        err_set_errno(err, errno, "mapping");
        at = NULL;
    }
    close(fd);
    return at;
}

struct hash_cache *hash_cache_open(const char *path)
{
    struct hash_cache *cache = xcalloc(1, sizeof *cache);
    struct err err = {0};
    cache->table = path[0] != '\0' ? hash_cache_map_file(path, &err) : NULL;
    cache->shared = cache->table != NULL;
    if (!cache->shared) {
        /* so much at once comes from mmap: what is not touched costs nothing */
        cache->table = xcalloc(1, sizeof *cache->table);
        if (path[0] != '\0') {
            log_warn("each process remembers hashes for itself", log_text("file", path), log_text("reason", err.text));
        }
    }
    return cache;
}

void hash_cache_close(struct hash_cache *cache)
{
    if (cache->shared) {
        munmap(cache->table, sizeof *cache->table);
    } else {
        free(cache->table);
    }
    free(cache);
}

bool hash_cache_is_shared(const struct hash_cache *cache)
{
    return cache->shared;
}
