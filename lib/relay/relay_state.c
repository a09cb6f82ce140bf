/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/relay_state.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "relay/relay_state_private.h"
#include "util/clock.h"
#include "util/close_fd.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "relay_state"

/* How long to wait after a failure before the file is tried again. */
enum { RETRY_MS = 5000 };

static void *own_memory(void)
{
    void *at = mmap(NULL, sizeof(struct relay_state_map), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) {
        abort(); /* out of memory: abort as xmalloc does */
    }
    return at;
}

/* Maps the file in place of the current map. MAP_FIXED does this in one step, so other threads can count meanwhile. */
static bool relay_state_map_file(struct relay_state *state, int fd, struct err *err)
{
    struct stat stat;
    if (fstat(fd, &stat) != 0 ||
        mmap(state->map, sizeof *state->map, PROT_READ | PROT_WRITE, MAP_FIXED | MAP_SHARED, fd, 0) == MAP_FAILED) {
        return err_set(err, "%s cannot be mapped", state->path);
    }
    state->device = stat.st_dev;
    state->inode = stat.st_ino;
    return true;
}

static void take_up(struct relay_state *state)
{
    struct err err = {0};
    int fd = relay_state_file_open(state->path, state->fingerprint, &err);
    bool taken = fd >= 0 && relay_state_map_file(state, fd, &err);
    close_fd(&fd);
    state->shared = taken; /* on failure the current map stays in use */
    if (!taken) {
        state->next_try = clock_ms() + RETRY_MS;
        if (strcmp(state->failure.text, err.text) != 0) {
            log_warn("state shared with nobody: counters are this program's own", log_text("reason", err.text));
        }
    }
    state->failure = err;
}

struct relay_state *relay_state_open(const char *path, uint64_t fingerprint)
{
    struct relay_state *state = xcalloc(1, sizeof *state);
    state->path = xstrdup(path);
    state->fingerprint = fingerprint;
    state->map = own_memory();
    pthread_mutex_init(&state->lock, NULL);
    relay_state_sigbus_add(state->map);
    take_up(state);
    return state;
}

void relay_state_close(struct relay_state *state)
{
    if (state != NULL) {
        relay_state_sigbus_remove(state->map);
        munmap(state->map, sizeof *state->map);
        pthread_mutex_destroy(&state->lock);
        free(state->path);
        free(state);
    }
}

bool relay_state_shared(const struct relay_state *state)
{
    return state->shared;
}

/* Was the file replaced by a program of another version? Then this program leaves the file alone until it is restarted:
 * otherwise two versions would remove the file from each other again and again. */
static bool is_for_others(const struct relay_state *state)
{
    int fd = open(state->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        return false;
    }
    struct relay_state_header header;
    bool theirs = pread(fd, &header, sizeof header, 0) == (ssize_t)sizeof header &&
                  memcmp(header.magic, RELAY_STATE_MAGIC, sizeof header.magic) == 0 &&
                  !relay_state_file_good(fd, state->fingerprint);
    struct stat stat;
    theirs = theirs && fstat(fd, &stat) == 0 && stat.st_size == (off_t)header.size;
    close(fd);
    return theirs;
}

/* Is the file still mapped? If it was cut, the SIGBUS handler has put empty memory in its place. */
static bool still_mapped(const struct relay_state_map *map)
{
    return *(const volatile char *)map->header.magic != '\0';
}

void relay_state_refresh(struct relay_state *state)
{
    struct stat there;
    if (pthread_mutex_trylock(&state->lock) != 0) {
        return;
    }
    bool present = lstat(state->path, &there) == 0;
    bool same = state->shared && present && there.st_dev == state->device && there.st_ino == state->inode &&
                there.st_size == (off_t)sizeof *state->map && still_mapped(state->map);
    if (!same && (state->shared || clock_ms() >= state->next_try) && !(present && is_for_others(state))) {
        take_up(state);
    }
    pthread_mutex_unlock(&state->lock);
}

void relay_state_add(struct relay_state *state, unsigned cell, uint64_t amount)
{
    if (state != NULL && cell < RELAY_STATE_CELLS) {
        atomic_fetch_add_explicit(&state->map->cell[cell], amount, memory_order_relaxed);
    }
}

uint64_t relay_state_get(const struct relay_state *state, unsigned cell)
{
    bool known = state != NULL && cell < RELAY_STATE_CELLS;
    return known ? atomic_load_explicit(&state->map->cell[cell], memory_order_relaxed) : 0;
}

bool relay_state_any_nonzero(const struct relay_state *state, unsigned cell, size_t cells)
{
    uint64_t any = 0;
    for (size_t i = cell; state != NULL && i < cell + cells && i < RELAY_STATE_CELLS; i++) {
        any |= atomic_load_explicit(&state->map->cell[i], memory_order_relaxed);
    }
    return any != 0;
}

void relay_state_set(struct relay_state *state, unsigned cell, uint64_t value)
{
    if (state != NULL && cell < RELAY_STATE_CELLS) {
        atomic_store_explicit(&state->map->cell[cell], value, memory_order_relaxed);
    }
}

uint64_t relay_state_generation(const struct relay_state *state)
{
    return atomic_load(&state->map->generation);
}

void relay_state_raise_generation(struct relay_state *state)
{
    atomic_fetch_add(&state->map->generation, 1);
    if (state->shared) {
        utimensat(AT_FDCWD, state->path, NULL, AT_SYMLINK_NOFOLLOW);
    }
}
