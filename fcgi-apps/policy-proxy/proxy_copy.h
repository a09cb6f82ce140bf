/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * proxy_copy: a file of the policy server above, as this relay has it on disk (util/file_cache.h).
 *
 * What belongs to it besides its content: the entity tag under which the server above knows it, and when that server
 * last said that it is right.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "endpoint/request.h"
#include "util/file_cache.h"

enum { PROXY_TAG_SIZE = 200, PROXY_NAME_SIZE = 2 * FILE_CACHE_DIGEST_SIZE + 1 };

struct proxy_note {
    int64_t checked_ms;       /* since 1970 */
    char tag[PROXY_TAG_SIZE]; /* etag_valid; "": the server gave none */
};
_Static_assert(sizeof(struct proxy_note) <= FILE_CACHE_NOTE_SIZE, "it is kept there");

struct proxy_copy {
    const char *path;           /* of the server above: "common/..." */
    char name[PROXY_NAME_SIZE]; /* in the cache */
    bool known;                 /* there is a record of it; cached and note are set */
    struct file_cached cached;
    struct proxy_note note;
    char tag[PROXY_TAG_SIZE]; /* what clients are told: note.tag, or one made of the digest */
};

/* Looks for the copy of this path, which must outlive it. proxy_copy_close ends it. */
void proxy_copy_open(struct proxy_copy *copy, struct file_cache *cache, const char *path);
void proxy_copy_close(struct proxy_copy *copy);

/* The same once more: another process may have fetched it meanwhile. */
void proxy_copy_reopen(struct proxy_copy *copy, struct file_cache *cache);

/* Takes in what file_cache_commit gave. */
void proxy_copy_renew(struct proxy_copy *copy, const struct file_cached *cached);

/* Does the client have this version? */
bool proxy_copy_known_to(const struct proxy_copy *copy, const struct request *request);

/* Can the request be answered with it? For its content has perhaps been dropped. */
bool proxy_copy_suffices(const struct proxy_copy *copy, const struct request *request);

/* Has the server above said since that moment (clock_wall_ms: it is kept over restarts) that it is right? */
bool proxy_copy_fresh(const struct proxy_copy *copy, int64_t since_ms);
