/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "relay/inventory_name.h"
#include "relay/spool_beside.h"
#include "relay/spool_private.h"
#include "util/file_status.h"

enum { PARTNER_WITHIN_SECONDS = 3600 };

static const char claimed_suffix[] = ".claimed";

/* False for a name that is too long to be claimed: it came from no upload. */
static bool claimed_name(const char *name, char out[SAFE_FILE_NAME_SIZE])
{
    return snprintf(out, SAFE_FILE_NAME_SIZE, ".%s%s", name, claimed_suffix) < SAFE_FILE_NAME_SIZE;
}

/* The name under which it was claimed. False when this is no claimed file. */
static bool unclaimed_name(const char *claimed, char out[SAFE_FILE_NAME_SIZE])
{
    size_t len = strlen(claimed);
    if (claimed[0] != '.' || len < 2 + strlen(claimed_suffix) ||
        !slice_ends_with(slice_from_str(claimed), claimed_suffix)) {
        return false;
    }
    snprintf(out, SAFE_FILE_NAME_SIZE, "%.*s", (int)(len - 1 - strlen(claimed_suffix)), claimed + 1);
    return true;
}

bool spool_is_claimed(const char *name)
{
    char original[SAFE_FILE_NAME_SIZE];
    return unclaimed_name(name, original);
}

bool spool_unclaim(int dir_fd, const char *claimed, const char *name, struct err *err)
{
    char placed[SAFE_FILE_NAME_SIZE];
    switch (spool_beside_place(dir_fd, claimed, dir_fd, name, SPOOL_BESIDE_OURS, placed, err)) {
    case SPOOL_PLACE_NEW:
    case SPOOL_PLACE_BESIDE:
        return true;
    case SPOOL_PLACE_SAME:
        return unlinkat(dir_fd, claimed, 0) == 0 || err_set_errno(err, errno, "removing %s", claimed);
    case SPOOL_PLACE_FULL:
        return err_set(err, "too many files of that name wait: %s", name);
    case SPOOL_PLACE_FAILED:
        break;
    }
    return false;
}

static bool is_unchanged(const struct stat *now, const struct stat *read)
{
    return read == NULL || file_status_is_unchanged(now, read);
}

/* Renames the file to its claimed name. If an older claimed file is in the way, it is put back first, not overwritten.
 */
static int take_out(int dir_fd, const char *name, const char *claimed)
{
    if (spool_beside_rename(dir_fd, name, dir_fd, claimed) == 0) {
        return 0;
    }
    if (errno != EEXIST || !spool_unclaim(dir_fd, claimed, name, NULL)) {
        return -1;
    }
    return spool_beside_rename(dir_fd, name, dir_fd, claimed);
}

int spool_claim(int dir_fd, const char *name, const struct stat *read, char claimed[SAFE_FILE_NAME_SIZE],
                struct err *err)
{
    struct stat now;
    if (!claimed_name(name, claimed)) {
        snprintf(claimed, SAFE_FILE_NAME_SIZE, "%s", name); /* a name too long to be claimed: go on without a claim */
        return spool_name_taken(dir_fd, name) ? SPOOL_LEFT : SPOOL_CLAIM_GONE;
    }
    if (take_out(dir_fd, name, claimed) != 0) {
        if (errno == ENOENT) {
            return SPOOL_CLAIM_GONE;
        }
        err_set_errno(err, errno, "claiming it");
        return SPOOL_STAYS;
    }
    if (fstatat(dir_fd, claimed, &now, AT_SYMLINK_NOFOLLOW) != 0 || is_unchanged(&now, read)) {
        return SPOOL_LEFT;
    }
    return spool_unclaim(dir_fd, claimed, name, err) ? SPOOL_CHANGED : SPOOL_STAYS;
}

static int remove_claimed(int dir_fd, const char *name, const struct stat *read, struct err *err)
{
    char claimed[SAFE_FILE_NAME_SIZE];
    int result = spool_claim(dir_fd, name, read, claimed, err);
    if (result == SPOOL_LEFT && unlinkat(dir_fd, claimed, 0) != 0 && errno != ENOENT) {
        err_set_errno(err, errno, "removing it");
        spool_unclaim(dir_fd, claimed, name, NULL);
        return SPOOL_STAYS;
    }
    return result;
}

bool spool_remove_from(int dir_fd, const char *name, const struct stat *read, struct err *err)
{
    return remove_claimed(dir_fd, name, read, err) == SPOOL_LEFT;
}

enum spool_leave spool_remove(struct spool *spool, const char *name, const struct stat *read, struct err *err)
{
    if (!spool_name(name, err)) {
        return SPOOL_STAYS;
    }
    int result = remove_claimed(spool->incoming_fd, name, read, err);
    if (result == SPOOL_STAYS) {
        err_prefix(err, "%s/%s", spool->incoming_path, name);
    }
    return result == SPOOL_CLAIM_GONE ? SPOOL_LEFT : (enum spool_leave)result;
}

/* ---- files that a killed forwarder had claimed ---- */

struct recovery {
    int dir_fd;
    size_t count;
};

static bool recover_one(void *context, const struct spool_entry *entry)
{
    struct recovery *recovery = context;
    char name[SAFE_FILE_NAME_SIZE];
    if (unclaimed_name(entry->name, name)) {
        recovery->count += spool_unclaim(recovery->dir_fd, entry->name, name, NULL);
    }
    return true;
}

size_t spool_recover(struct spool *spool)
{
    struct recovery recovery = {spool->incoming_fd, 0};
    spool_walk(spool->incoming_fd, spool_is_claimed, recover_one, &recovery, NULL);
    recovery.dir_fd = spool->failed_fd;
    spool_walk(spool->failed_fd, spool_is_claimed, recover_one, &recovery, NULL);
    return recovery.count;
}

/* ---- files beside others ---- */

static bool waited_for_its_partner(const struct spool *spool, const char *name, int64_t now_seconds)
{
    struct stat status;
    return fstatat(spool->incoming_fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           now_seconds - status.st_ctime > PARTNER_WITHIN_SECONDS;
}

void spool_forget_beside(struct spool *spool)
{
    spool->beside_seen = false;
}

bool spool_release(struct spool *spool, const char *name, int64_t now_seconds)
{
    char lone[SAFE_FILE_NAME_SIZE];
    if (spool_beside_is(name)) {
        spool->beside_seen = true;
    } else if (!spool->beside_seen) {
        return false;
    }
    if (spool_beside_release(spool->incoming_fd, name)) {
        return true;
    }
    if (!spool_beside_is(name) || !spool_beside_lone(spool->incoming_fd, name, lone) ||
        !waited_for_its_partner(spool, lone, now_seconds)) {
        return false;
    }
    bool signature = inventory_name_is_signature(lone);
    const struct spool_refusal refusal = {
        .node_id = "",
        .reason = signature ? "its inventory did not come within an hour, and others of that name wait"
                            : "its signature did not come within an hour, and others of that name wait",
    };
    return spool_quarantine(spool, lone, NULL, &refusal, NULL) == SPOOL_LEFT &&
           spool_beside_release(spool->incoming_fd, name);
}

struct release {
    struct spool *spool;
    int64_t now_seconds;
    size_t count;
};

static bool release_one(void *context, const struct spool_entry *entry)
{
    struct release *release = context;
    release->count += spool_release(release->spool, entry->name, release->now_seconds);
    return true;
}

size_t spool_release_all(struct spool *spool, int64_t now_seconds)
{
    struct release release = {spool, now_seconds, 0};
    spool_walk(spool->incoming_fd, spool_beside_is, release_one, &release, NULL);
    return release.count;
}
