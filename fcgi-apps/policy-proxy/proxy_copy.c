/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policy-proxy/proxy_copy.h"

#include <string.h>

#include "util/clock.h"
#include "util/digest.h"
#include "util/etag.h"

/* The note is a file's content, hence the checks. */
static void take_note(struct proxy_copy *copy)
{
    memcpy(&copy->note, copy->cached.note, sizeof copy->note);
    copy->note.tag[sizeof copy->note.tag - 1] = '\0';
    if (etag_valid(slice_from_str(copy->note.tag))) {
        memcpy(copy->tag, copy->note.tag, sizeof copy->tag);
        return;
    }
    copy->note.tag[0] = '\0';
    copy->tag[0] = '"';
    digest_hex(copy->tag + 1, copy->cached.digest, sizeof copy->cached.digest, false);
    strcat(copy->tag, "\"");
}

void proxy_copy_open(struct proxy_copy *copy, struct file_cache *cache, const char *path)
{
    unsigned char digest[FILE_CACHE_DIGEST_SIZE];
    *copy = (struct proxy_copy){.path = path, .cached.fd = -1};
    digest_sha256(digest, path, strlen(path)); /* paths are longer than file names may be */
    digest_hex(copy->name, digest, sizeof digest, false);
    proxy_copy_reopen(copy, cache);
}

void proxy_copy_close(struct proxy_copy *copy)
{
    if (copy->known) {
        file_cached_close(&copy->cached);
        copy->known = false;
    }
}

void proxy_copy_reopen(struct proxy_copy *copy, struct file_cache *cache)
{
    proxy_copy_close(copy);
    copy->known = file_cache_find(cache, copy->name, &copy->cached);
    if (copy->known) {
        take_note(copy);
    }
}

void proxy_copy_renew(struct proxy_copy *copy, const struct file_cached *cached)
{
    proxy_copy_close(copy);
    copy->known = true;
    copy->cached = *cached;
    take_note(copy);
}

bool proxy_copy_known_to(const struct proxy_copy *copy, const struct request *request)
{
    return copy->known && request_knows_tag(request, etag_strong(slice_from_str(copy->tag)).at);
}

bool proxy_copy_suffices(const struct proxy_copy *copy, const struct request *request)
{
    return copy->known &&
           (copy->cached.fd >= 0 || strcmp(request->method, "HEAD") == 0 || proxy_copy_known_to(copy, request));
}

/* A moment that is still to come was written before the clock was set back. */
bool proxy_copy_fresh(const struct proxy_copy *copy, int64_t since_ms)
{
    return copy->known && copy->note.checked_ms > since_ms && copy->note.checked_ms <= clock_wall_ms();
}
