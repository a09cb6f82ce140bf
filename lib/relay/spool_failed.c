/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/spool_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "relay/inventory_name.h"
#include "relay/run_info.h"
#include "relay/spool_beside.h"
#include "util/file_status.h"
#include "util/log.h"
#include "util/printable.h"
#include "util/safe_file.h"
#include "util/timestamp.h"

#define LOG_COMPONENT "spool"

/* A reason is written before its file moves, so a young one without a file is no orphan yet. */
enum { PLACE_TRIES = 100, ORPHAN_AGE_SECONDS = 3600, REASON_LIMIT = 8192, REASON_NAME_SIZE = SAFE_FILE_NAME_SIZE + 16 };

static const char default_directory[] = "incoming";

static const char *reason_name(char out[REASON_NAME_SIZE], const char *name)
{
    snprintf(out, REASON_NAME_SIZE, "%s" SPOOL_REASON_SUFFIX, name);
    return out;
}

static void spool_failed_add_line(struct buffer *text, const char *key, const char *value)
{
    char printable[ERR_TEXT_SIZE];
    printable_keep(printable, sizeof printable, value, strlen(value));
    buffer_add_format(text, "%s: %s\n", key, printable);
}

static void spool_failed_describe(struct buffer *text, const struct spool *spool, const char *name,
                                  const struct spool_refusal *refusal)
{
    char now[32];
    char queue_id[QUEUE_ID_SIZE];
    time_t seconds = time(NULL);
    struct tm utc;
    strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
    run_info_queue_id(name, strlen(name), queue_id);
    spool_failed_add_line(text, "time", now);
    spool_failed_add_line(text, "reason", refusal->reason);
    spool_failed_add_line(text, "queue-id", queue_id);
    spool_failed_add_line(text, "node", refusal->node_id);
    spool_failed_add_line(text, "folder", spool->directory);
    spool_failed_add_line(text, "verified", refusal->verified ? "yes" : "no");
}

static bool write_reason(const struct spool *spool, const char *name, struct slice text, struct err *err)
{
    char beside[REASON_NAME_SIZE];
    /* 0644: the status page reads it, and is not in the directory's group */
    return safe_file_put(spool->failed_fd, reason_name(beside, name), 0644, text, err) ||
           err_prefix(err, "the reason");
}

static bool remove_failed(const struct spool *spool, const char *name, const struct stat *status, size_t *removed)
{
    if (!spool_remove_from(spool->failed_fd, name, status, NULL)) {
        return false;
    }
    spool_reason_remove(spool->failed_fd, name);
    log_warn("a refused file without a valid signature removed, since there are too many of its name",
             log_text("file", name));
    if (removed != NULL) {
        ++*removed;
    }
    return true;
}

/* An inventory goes with its signature, and the other way round, since both must go for their place to be free. */
static void remove_partners(const struct spool *spool, const char *oldest, size_t *removed)
{
    char base[SAFE_FILE_NAME_SIZE];
    char partner[SAFE_FILE_NAME_SIZE];
    struct inventory_names partners;
    unsigned n = spool_beside_number(oldest, base);
    if (inventory_name_is_signature(base)) {
        inventory_name_signed(base, &partners);
    } else {
        inventory_name_signatures(base, &partners);
    }
    for (size_t i = 0; i < partners.count; i++) {
        spool_beside_name(partners.at[i], n, partner);
        remove_failed(spool, partner, NULL, removed);
    }
}

/* Removes one file of that name: the oldest of those without a valid signature. */
static bool make_room(const struct spool *spool, const char *name, size_t *removed)
{
    char oldest[SAFE_FILE_NAME_SIZE] = "";
    struct stat oldest_status = {0};
    for (unsigned n = 0; n <= SPOOL_BESIDE_FAILED; n++) {
        char one[SAFE_FILE_NAME_SIZE];
        struct spool_note note;
        struct stat status;
        spool_beside_name(name, n, one);
        spool_note_read(spool->failed_fd, one, &note);
        if (!note.verified && fstatat(spool->failed_fd, one, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            (oldest[0] == '\0' || file_status_compare_times(&status.st_ctim, &oldest_status.st_ctim) < 0)) {
            oldest_status = status;
            memcpy(oldest, one, sizeof oldest);
        }
    }
    if (oldest[0] == '\0' || !remove_failed(spool, oldest, &oldest_status, removed)) {
        return false;
    }
    remove_partners(spool, oldest, removed);
    return true;
}

/* Writes the reason before it moves the file. If the process is killed in between, the file is put back later; it is
 * never in failed/ without its reason. */
static bool move_with_reason(const struct spool *spool, const char *claimed, const char *placed, struct slice reason,
                             struct err *err)
{
    /* no upload has a name too long for a reason file; such a file is moved without one */
    bool fits = strlen(placed) + strlen(SPOOL_REASON_SUFFIX) < SAFE_FILE_NAME_SIZE;
    if (fits && !write_reason(spool, placed, reason, err)) {
        return false;
    }
    if (spool_beside_rename(spool->incoming_fd, claimed, spool->failed_fd, placed) == 0) {
        return true;
    }
    int why = errno;
    err_set_errno(err, why, "moving it to failed/");
    if (!spool_name_taken(spool->failed_fd, placed)) {
        spool_reason_remove(spool->failed_fd, placed);
    }
    errno = why;
    return false;
}

/* Moves a claimed file into failed/, as NAME or beside others of that name. */
static bool place_failed(const struct spool *spool, const char *claimed, const char *name, struct slice reason,
                         size_t *removed, struct err *err)
{
    for (unsigned tries = 0; tries < PLACE_TRIES; tries++) {
        char placed[SAFE_FILE_NAME_SIZE];
        switch (
            spool_beside_find(spool->incoming_fd, claimed, spool->failed_fd, name, SPOOL_BESIDE_FAILED, placed, err)) {
        case SPOOL_PLACE_NEW:
        case SPOOL_PLACE_BESIDE:
            if (move_with_reason(spool, claimed, placed, reason, err)) {
                return true;
            }
            if (errno != EEXIST) {
                return errno == ENOENT && !spool_name_taken(spool->incoming_fd, claimed);
            }
            break;
        case SPOOL_PLACE_SAME:
            return write_reason(spool, placed, reason, err) &&
                   (unlinkat(spool->incoming_fd, claimed, 0) == 0 || errno == ENOENT ||
                    err_set_errno(err, errno, "removing it"));
        case SPOOL_PLACE_FULL:
            if (!make_room(spool, name, removed)) {
                return err_set(err, "%d files of that name have failed: replay or drop them", SPOOL_BESIDE_FAILED + 1);
            }
            break;
        case SPOOL_PLACE_FAILED:
            return false;
        }
    }
    return err_set(err, "no place of its name stays free in failed/");
}

enum spool_leave spool_quarantine(struct spool *spool, const char *name, const struct stat *read,
                                  const struct spool_refusal *refusal, struct err *err)
{
    char claimed[SAFE_FILE_NAME_SIZE];
    struct buffer text = {0};
    if (!spool_name(name, err)) {
        return SPOOL_STAYS;
    }
    int result = spool_claim(spool->incoming_fd, name, read, claimed, err);
    if (result == SPOOL_LEFT) {
        spool_failed_describe(&text, spool, name, refusal);
        if (!place_failed(spool, claimed, name, buffer_slice(&text), refusal->removed, err)) {
            spool_unclaim(spool->incoming_fd, claimed, name, NULL);
            result = SPOOL_STAYS;
        }
        buffer_free(&text);
    }
    if (result == SPOOL_STAYS) {
        err_prefix(err, "%s/%s", spool->incoming_path, name);
    }
    return result == SPOOL_CLAIM_GONE ? SPOOL_LEFT : (enum spool_leave)result;
}

/* Reads the value of a key in a reason file's text; printable, "" when the key is missing. */
static void note_value(const char *text, const char *key, struct err *value)
{
    size_t key_len = strlen(key);
    value->text[0] = '\0';
    for (size_t len; *text != '\0'; text += len + (text[len] == '\n')) {
        len = strcspn(text, "\n");
        if (len > key_len + 1 && memcmp(text, key, key_len) == 0 && memcmp(text + key_len, ": ", 2) == 0) {
            printable_keep(value->text, sizeof value->text, text + key_len + 2, len - key_len - 2);
            break;
        }
    }
}

void spool_note_read(int failed_fd, const char *name, struct spool_note *note)
{
    char beside[REASON_NAME_SIZE];
    struct buffer content = {0};
    bool found = safe_file_read(failed_fd, reason_name(beside, name), REASON_LIMIT, &content, NULL);
    const char *text = found ? buffer_cstr(&content) : "";
    note_value(text, "reason", &note->reason);
    note_value(text, "node", &note->node);
    note_value(text, "folder", &note->directory);
    struct err verified;
    note_value(text, "verified", &verified);
    note->verified = strcmp(verified.text, "yes") == 0;
    struct err time_text;
    struct timestamp failed = {0};
    note_value(text, "time", &time_text);
    timestamp_parse_rfc3339(time_text.text, strlen(time_text.text), false, &failed);
    note->time = failed.seconds;
    buffer_free(&content);
}

void spool_reason(const struct spool *spool, const char *name, struct err *reason)
{
    struct spool_note note;
    spool_note_read(spool->failed_fd, name, &note);
    *reason = note.reason;
}

bool spool_note_owned(const struct spool *spool, const struct spool_note *note)
{
    return strcmp(note->directory.text[0] != '\0' ? note->directory.text : default_directory, spool->directory) == 0;
}

bool spool_owns(const struct spool *spool, const char *name)
{
    struct spool_note note;
    spool_note_read(spool->failed_fd, name, &note);
    return spool_note_owned(spool, &note);
}

void spool_reason_remove(int failed_fd, const char *name)
{
    char beside[REASON_NAME_SIZE];
    unlinkat(failed_fd, reason_name(beside, name), 0);
}

bool spool_replay(struct spool *spool, const char *name, bool any_age, struct err *err)
{
    static const struct timespec never[] = {{.tv_nsec = UTIME_OMIT}, {0}};
    char base[SAFE_FILE_NAME_SIZE];
    char placed[SAFE_FILE_NAME_SIZE];
    if (!spool_name(name, err)) {
        return false;
    }
    if (any_age && utimensat(spool->failed_fd, name, never, AT_SYMLINK_NOFOLLOW) != 0) {
        return err_set_errno(err, errno, "%s in failed/", name);
    }
    spool_beside_number(name, base);
    switch (spool_beside_place(spool->failed_fd, name, spool->incoming_fd, base, SPOOL_BESIDE_OURS, placed, err)) {
    case SPOOL_PLACE_NEW:
    case SPOOL_PLACE_BESIDE:
        break;
    case SPOOL_PLACE_SAME:
        if (unlinkat(spool->failed_fd, name, 0) != 0) {
            return err_set_errno(err, errno, "removing %s, which waits already", name);
        }
        break;
    case SPOOL_PLACE_FULL:
        return err_set(err, "too many files of that name wait: %s/%s", spool->incoming_path, base);
    case SPOOL_PLACE_FAILED:
        return err_prefix(err, "putting %s back", name);
    }
    spool_reason_remove(spool->failed_fd, name);
    return true;
}

bool spool_drop(struct spool *spool, const char *name, struct err *err)
{
    if (!spool_name(name, err)) {
        return false;
    }
    err_set(err, "somebody else took it"); /* unless there is another reason */
    if (!spool_remove_from(spool->failed_fd, name, NULL, err)) {
        return err_prefix(err, "%s/%s", spool->failed_path, name);
    }
    spool_reason_remove(spool->failed_fd, name);
    return true;
}

struct sweep {
    int failed_fd;
    int64_t before;
    size_t removed;
};

static bool sweep_one(void *context, const struct spool_entry *entry)
{
    struct sweep *sweep = context;
    char name[SAFE_FILE_NAME_SIZE];
    size_t len = strlen(entry->name) - strlen(SPOOL_REASON_SUFFIX);
    memcpy(name, entry->name, len);
    name[len] = '\0';
    if (entry->mtime < sweep->before && !spool_name_taken(sweep->failed_fd, name)) {
        sweep->removed += unlinkat(sweep->failed_fd, entry->name, 0) == 0;
    }
    return true;
}

size_t spool_reason_sweep(int failed_fd)
{
    struct sweep sweep = {failed_fd, time(NULL) - ORPHAN_AGE_SECONDS, 0};
    spool_walk(failed_fd, spool_reason_suffix, sweep_one, &sweep, NULL);
    return sweep.removed;
}
