/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "attempts.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "relay/run_info.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/xmalloc.h"
#include "work_marks.h"

#define LOG_COMPONENT "attempts"

enum {
    CALM_MS = 5000,        /* how long the forwarder must have lived before a suspect is tried */
    ALONE_WITHIN_MS = 500, /* how long it waits for the other workers to finish their files */
    TRY_AGAIN_MS = 2000,   /* after that, when they did not */
    SUSPECTS_MAX = 4096,   /* the first ones are kept: with so many, no single file is the culprit */
};

static const char suspects_name[] = ".suspects";

struct suspect_file {
    struct work_mark file;
    uint64_t convicted;
};

struct attempts {
    struct spool *spool;
    struct work_marks *marks; /* NULL: nothing is remembered */
    int64_t calm_ms;          /* clock_ms: suspects may be tried from then on */
    pthread_rwlock_t work;    /* held by each who works; exclusively by the one with a suspect */
    pthread_mutex_t lock;     /* guards what follows */
    struct suspect_file *suspects;
    atomic_size_t count;
};

static bool is_same(const struct work_mark *a, const struct work_mark *b)
{
    return a->inode == b->inode && a->seconds == b->seconds && a->nanoseconds == b->nanoseconds &&
           strcmp(a->name, b->name) == 0;
}

static struct suspect_file *find_suspect(const struct attempts *attempts, const struct work_mark *file)
{
    for (size_t i = 0; i < attempts->count; i++) {
        if (is_same(&attempts->suspects[i].file, file)) {
            return &attempts->suspects[i];
        }
    }
    return NULL;
}

/* ---- what is kept ---- */

static void write_suspects(const struct attempts *attempts)
{
    struct err err;
    int dir_fd = spool_failed_fd(attempts->spool);
    if (attempts->count == 0) {
        unlinkat(dir_fd, suspects_name, 0);
        return;
    }
    const struct slice suspects = {(const char *)attempts->suspects, attempts->count * sizeof *attempts->suspects};
    if (!safe_file_put(dir_fd, suspects_name, 0600, suspects, &err)) {
        log_warn("runs that may have killed the forwarder cannot be noted", log_text("reason", err.text));
    }
}

static void read_suspects(struct attempts *attempts)
{
    struct buffer content = {0};
    size_t size = sizeof *attempts->suspects;
    if (safe_file_read(spool_failed_fd(attempts->spool), suspects_name, SUSPECTS_MAX * size, &content, NULL) &&
        content.len >= size) {
        attempts->count = content.len / size;
        memcpy(attempts->suspects, content.at, attempts->count * size);
    }
    for (size_t i = 0; i < attempts->count; i++) {
        attempts->suspects[i].file.name[SAFE_FILE_NAME_SIZE - 1] = '\0';
    }
    buffer_free(&content);
}

/* A forwarder was killed while it worked on these files. A suspect that was in work alone is the culprit. */
static void take_marks(void *context, const struct work_mark *marks, size_t count)
{
    struct attempts *attempts = context;
    log_warn("a forwarder was killed while it worked on runs; each of them is tried again alone",
             log_number("runs", (int64_t)count));
    for (size_t i = 0; i < count; i++) {
        struct suspect_file *suspect = find_suspect(attempts, &marks[i]);
        if (suspect != NULL) {
            suspect->convicted = suspect->convicted || count == 1;
        } else if (attempts->count < SUSPECTS_MAX) {
            attempts->suspects[attempts->count++] = (struct suspect_file){.file = marks[i]};
        }
    }
}

/* ---- start and end ---- */

struct attempts *attempts_open(struct spool *spool, unsigned workers)
{
    struct err err;
    pthread_rwlockattr_t attributes;
    struct attempts *attempts = xcalloc(1, sizeof *attempts);
    attempts->spool = spool;
    attempts->suspects = xcalloc(SUSPECTS_MAX, sizeof *attempts->suspects);
    attempts->calm_ms = clock_ms() + CALM_MS;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&attempts->work, &attributes);
    pthread_rwlockattr_destroy(&attributes);
    pthread_mutex_init(&attempts->lock, NULL);
    read_suspects(attempts);
    attempts->marks =
        work_marks_open(spool_failed_fd(spool), (size_t)workers * ATTEMPTS_PER_WORKER, take_marks, attempts, &err);
    if (attempts->marks == NULL) {
        log_warn("a run that kills the forwarder would not be found", log_text("reason", err.text));
    }
    write_suspects(attempts);
    return attempts;
}

void attempts_close(struct attempts *attempts)
{
    if (attempts != NULL) {
        work_marks_close(attempts->marks);
        pthread_rwlock_destroy(&attempts->work);
        pthread_mutex_destroy(&attempts->lock);
        free(attempts->suspects);
        free(attempts);
    }
}

void attempts_stop(struct attempts *attempts)
{
    if (attempts != NULL) {
        work_marks_forget(attempts->marks);
    }
}

/* ---- work ---- */

/* What is there under the job's name now. False when nothing is. */
static bool stat_job(const struct job *job, struct work_mark *file, struct stat *status)
{
    size_t len = strlen(job->file.name);
    if (len >= SAFE_FILE_NAME_SIZE ||
        fstatat(spool_incoming_fd(job->file.spool), job->file.name, status, AT_SYMLINK_NOFOLLOW) != 0) {
        return false;
    }
    *file = (struct work_mark){
        .inode = status->st_ino, .seconds = status->st_mtim.tv_sec, .nanoseconds = status->st_mtim.tv_nsec};
    memcpy(file->name, job->file.name, len + 1);
    return true;
}

/* Is the job's file a suspect, and convicted? */
static bool is_suspect(struct attempts *attempts, const struct job *job, bool *convicted)
{
    struct work_mark file;
    struct stat status;
    if (attempts->count == 0 || !stat_job(job, &file, &status)) {
        return false;
    }
    pthread_mutex_lock(&attempts->lock);
    const struct suspect_file *suspect = find_suspect(attempts, &file);
    *convicted = suspect != NULL && suspect->convicted;
    pthread_mutex_unlock(&attempts->lock);
    return suspect != NULL;
}

bool attempts_suspect(struct attempts *attempts, const struct job *job)
{
    bool convicted;
    return is_suspect(attempts, job, &convicted);
}

static void set_aside(struct attempts *attempts, struct job *job)
{
    struct work_mark file;
    attempts_acquit(attempts, job); /* replayed, it gets another chance */
    if (!stat_job(job, &file, &job->file.status)) {
        job_finish(job, SPOOL_GONE, "");
        return;
    }
    run_info_parse(job->file.name, strlen(job->file.name), &job->file.info, NULL);
    job_finish(job, SPOOL_REFUSED,
               "the forwarder was killed twice while it worked on this run, the second time on nothing else");
}

static bool take_alone(struct attempts *attempts)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += ALONE_WITHIN_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    return pthread_rwlock_timedwrlock(&attempts->work, &until) == 0;
}

bool attempts_admit(struct attempts *attempts, struct job *job)
{
    bool convicted = false;
    int64_t wait_ms = attempts->calm_ms - clock_ms();
    if (is_suspect(attempts, job, &convicted) && convicted) {
        set_aside(attempts, job);
        return false;
    }
    if (wait_ms > 0) {
        job_hold(job, wait_ms);
        return false;
    }
    if (!take_alone(attempts)) {
        job_hold(job, TRY_AGAIN_MS);
        return false;
    }
    return true;
}

void attempts_enter(struct attempts *attempts)
{
    pthread_rwlock_rdlock(&attempts->work);
}

void attempts_leave(struct attempts *attempts)
{
    pthread_rwlock_unlock(&attempts->work);
}

void attempts_begin(struct attempts *attempts, unsigned worker, size_t slot, const struct job *job)
{
    if (slot < ATTEMPTS_PER_WORKER) {
        work_marks_set(attempts->marks, (size_t)worker * ATTEMPTS_PER_WORKER + slot, job->file.name, &job->file.status);
    }
}

void attempts_end(struct attempts *attempts, unsigned worker, size_t slot)
{
    if (slot < ATTEMPTS_PER_WORKER) {
        work_marks_clear(attempts->marks, (size_t)worker * ATTEMPTS_PER_WORKER + slot);
    }
}

void attempts_acquit(struct attempts *attempts, const struct job *job)
{
    pthread_mutex_lock(&attempts->lock);
    for (size_t i = attempts->count; i-- > 0;) {
        if (strcmp(attempts->suspects[i].file.name, job->file.name) == 0) {
            attempts->suspects[i] = attempts->suspects[--attempts->count];
        }
    }
    write_suspects(attempts);
    pthread_mutex_unlock(&attempts->lock);
}
