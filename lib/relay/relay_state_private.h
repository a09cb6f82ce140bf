/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relay_state_private: the layout of the state file, for the sources of relay_state.
 *
 * Numbers are in the machine's own byte order. Everything is words that are read and written atomically, so a bad value
 * in the file is at worst a wrong number. A change of this struct must change RELAY_STATE_VERSION; the meaning of the
 * cells is guarded by `cells`, the fingerprint of their table (relay_metrics_table.h).
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "relay/relay_state.h"

#define RELAY_STATE_MAGIC "RDRSTATE"

enum { RELAY_STATE_VERSION = 2, RELAY_STATE_CELLS = 4000, RELAY_STATE_TEXT_WORDS = RELAY_STATE_TEXT_SIZE / 8 };

/* A few numbers and a text that belong together. The sequence is odd while somebody writes. */
struct relay_state_note {
    _Atomic uint64_t sequence;
    _Atomic uint64_t checksum; /* of the numbers and the text; 0 while there are none */
    _Atomic uint64_t number[3];
    _Atomic uint64_t text[RELAY_STATE_TEXT_WORDS];
};

struct relay_state_place {
    _Atomic uint64_t owner; /* (program + 1) << 32 | process id; the id is 0 when the worker has ended; 0: free */
    _Atomic int64_t busy_since;
};

struct relay_state_header {
    char magic[8];
    uint32_t version;
    uint32_t size; /* of the file */
    uint64_t cells;
};

struct relay_state_map {
    struct relay_state_header header;
    _Atomic uint64_t generation;
    _Atomic uint64_t activity[RELAY_ACTIVITY_KINDS][RELAY_STATE_MINUTES]; /* minute << 32 | how many */
    struct relay_state_note peers[RELAY_PEERS];
    struct relay_state_note last_error;
    struct relay_state_place workers[RELAY_STATE_WORKERS];
    _Atomic uint64_t cell[RELAY_STATE_CELLS];
};

struct relay_state {
    struct relay_state_map *map; /* the address never changes, whatever is mapped there */
    char *path;
    uint64_t fingerprint; /* identifies the meaning of the cells */
    unsigned place;       /* index of this process among the workers, as last found */
    _Atomic bool shared;
    pthread_mutex_t lock; /* guards the members below; held while switching to another file */
    dev_t device;         /* of the file that is mapped */
    ino_t inode;
    int64_t next_try;   /* when to try again after a failure, by clock_ms */
    struct err failure; /* the reason last logged, so that it is logged once */
};

/* Opens the file, makes it, or replaces it. Several processes may do this at the same time. Returns a descriptor of a
 * file that is long enough and whose header is right, or -1 with err. */
int relay_state_file_open(const char *path, uint64_t fingerprint, struct err *err);

/* Is the open file whole and of this version? */
bool relay_state_file_good(int fd, uint64_t fingerprint);

/* Installs the SIGBUS handler for this map. From now on an access to a page that the file no longer has finds empty
 * memory instead of ending the process. */
void relay_state_sigbus_add(struct relay_state_map *map);
void relay_state_sigbus_remove(struct relay_state_map *map);
