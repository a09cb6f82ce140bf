/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/spool_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "relay/run_info.h"
#include "util/printable.h"
#include "util/safe_file.h"

/* A reason is written before its file moves, so a young one without a file is no orphan yet. */
enum { ORPHAN_AGE_SECONDS = 3600, REASON_LIMIT = 8192, REASON_NAME_SIZE = SAFE_FILE_NAME_SIZE + 16 };

static const char default_directory[] = "incoming";

static const char *reason_name(char out[REASON_NAME_SIZE], const char *name)
{
    snprintf(out, REASON_NAME_SIZE, "%s" SPOOL_REASON_SUFFIX, name);
    return out;
}

/* Printable, and as it is when it was printable already (an err's text, mostly): its backslashes are not doubled. */
static void copy_printable(char out[ERR_TEXT_SIZE], const char *text, size_t len)
{
    size_t escaped = printable_copy(out, ERR_TEXT_SIZE, text, len);
    size_t backslashes = 0;
    for (size_t i = 0; i < len; i++) {
        backslashes += text[i] == '\\';
    }
    if (escaped == len + backslashes) {
        memcpy(out, text, len);
        out[len] = '\0';
    }
}

static void spool_failed_add_line(struct buffer *text, const char *key, const char *value)
{
    char printable[ERR_TEXT_SIZE];
    copy_printable(printable, value, strlen(value));
    buffer_add_format(text, "%s: %s\n", key, printable);
}

static void spool_failed_describe(struct buffer *text, const struct spool *spool, const char *name, const char *node_id,
                     const char *reason)
{
    char now[32];
    char queue_id[QUEUE_ID_SIZE];
    time_t seconds = time(NULL);
    struct tm utc;
    strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
    run_info_queue_id(name, strlen(name), queue_id);
    spool_failed_add_line(text, "time", now);
    spool_failed_add_line(text, "reason", reason);
    spool_failed_add_line(text, "queue-id", queue_id);
    spool_failed_add_line(text, "node", node_id);
    spool_failed_add_line(text, "folder", spool->directory);
}

static bool write_reason(const struct spool *spool, const char *name, struct slice text, struct err *err)
{
    char beside[REASON_NAME_SIZE];
    struct safe_file file;
    /* the status page, which is not of the directory's group, reads it */
    if (!safe_file_create(&file, spool->failed_fd, 0644, err)) {
        return false;
    }
    if (!safe_file_write(&file, text.at, text.len, err)) {
        safe_file_abandon(&file);
        return err_prefix(err, "the reason");
    }
    return safe_file_commit(&file, reason_name(beside, name), NULL, err);
}

bool spool_quarantine(struct spool *spool, const char *name, const char *node_id, const char *reason, struct err *err)
{
    if (!spool_name(name, err)) {
        return false;
    }
    if (!spool_waits(spool, name)) {
        return true; /* somebody else took it */
    }
    struct buffer text = {0};
    spool_failed_describe(&text, spool, name, node_id != NULL ? node_id : "", reason);
    /* a name too long for a reason beside it came from no upload; better there without than here for ever */
    bool fits = strlen(name) + strlen(SPOOL_REASON_SUFFIX) < SAFE_FILE_NAME_SIZE;
    bool done = !fits || write_reason(spool, name, buffer_slice(&text), err);
    buffer_free(&text);
    if (done && renameat(spool->incoming_fd, name, spool->failed_fd, name) != 0 && errno != ENOENT) {
        done = err_set_errno(err, errno, "moving it to failed/");
    }
    if (!spool_name_taken(spool->failed_fd, name)) { /* neither we nor somebody else moved it there */
        spool_reason_remove(spool->failed_fd, name);
    }
    return done || err_prefix(err, "%s/%s", spool->incoming_path, name);
}

/* The value of a key in a reason file's text, printable; "" without one. */
static void note_value(const char *text, const char *key, struct err *value)
{
    size_t key_len = strlen(key);
    value->text[0] = '\0';
    for (size_t len; *text != '\0'; text += len + (text[len] == '\n')) {
        len = strcspn(text, "\n");
        if (len > key_len + 1 && memcmp(text, key, key_len) == 0 && memcmp(text + key_len, ": ", 2) == 0) {
            copy_printable(value->text, text + key_len + 2, len - key_len - 2);
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

int64_t spool_reason_time(int failed_fd, const char *name)
{
    char beside[REASON_NAME_SIZE];
    struct stat status;
    return fstatat(failed_fd, reason_name(beside, name), &status, AT_SYMLINK_NOFOLLOW) == 0 ? status.st_mtime : 0;
}

void spool_reason_remove(int failed_fd, const char *name)
{
    char beside[REASON_NAME_SIZE];
    unlinkat(failed_fd, reason_name(beside, name), 0);
}

/* By rename, which is what watchers of the directory react to; never over a file that waits. */
static int move_back(struct spool *spool, const char *name)
{
    if (renameat2(spool->failed_fd, name, spool->incoming_fd, name, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return -1;
    }
    if (spool_waits(spool, name)) { /* a file system that cannot tell */
        errno = EEXIST;
        return -1;
    }
    return renameat(spool->failed_fd, name, spool->incoming_fd, name);
}

bool spool_replay(struct spool *spool, const char *name, struct err *err)
{
    if (!spool_name(name, err)) {
        return false;
    }
    if (utimensat(spool->failed_fd, name, NULL, AT_SYMLINK_NOFOLLOW) != 0) {
        return err_set_errno(err, errno, "%s in failed/", name);
    }
    if (move_back(spool, name) != 0) {
        return errno == EEXIST ? err_set(err, "a file of that name waits: %s/%s", spool->incoming_path, name)
                               : err_set_errno(err, errno, "moving %s to %s", name, spool->incoming_path);
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
