/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sink_inventory.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

#include "attempts.h"
#include "inventory_deliver.h"
#include "job.h"
#include "relay/daemon.h"
#include "relay/upload_kind.h"
#include "thread.h"
#include "util/clock.h"
#include "util/close_fd.h"
#include "util/log.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "sink_inventory"

enum { TAKE_MAX = 64 }; /* messages of one kind in a row */

enum { SINK_KINDS = 2 };

/* As the upload program has it for its temporary files in the same directories. */
enum { STALE_SECONDS = 600 };

struct sink_inventory {
    const struct relay_config *config;
    struct relay_state *state;
    pthread_t thread;
    int wake_fd; /* an eventfd: messages, or the stop */
    atomic_bool stopping;
    struct spool_tools tools;
    struct attempts *attempts; /* of all sources: they share failed/ */
    struct spool_source *sources[SINK_KINDS];
    struct spool *targets[SINK_KINDS];
    size_t count;
    struct job job;
};

/* ---- one message ---- */

static void log_unpacked(const struct job *job, const struct spool *target)
{
    const struct spool_file *file = &job->file;
    char queue_id[QUEUE_ID_SIZE];
    run_info_queue_id(file->name, strlen(file->name), queue_id);
    log_info(file->first ? "first inventory unpacked, signed with the key that it brings itself" : "inventory unpacked",
             log_text("queue_id", queue_id), log_text("node", file->info.node_id), log_text("file", file->name),
             log_text("directory", spool_incoming_path(target)), log_number("bytes", (int64_t)file->content.len),
             log_number("age_ms", job_age_ms(job)), log_number("took_ms", clock_ms() - job->taken_ms));
}

static void deliver(struct sink_inventory *sink, struct spool *target)
{
    struct job *job = &sink->job;
    struct err reason;
    switch (inventory_deliver(target, job->file.name, buffer_slice(&job->file.content),
                              buffer_slice(&job->file.signature), &reason)) {
    case INVENTORY_DELIVERED:
        log_unpacked(job, target);
        relay_metrics_message(sink->state, job->file.first ? RELAY_MESSAGE_FIRST : RELAY_MESSAGE_KNOWN);
        relay_state_count_activity(sink->state, RELAY_ACTIVITY_DONE, time(NULL));
        job_complete(job);
        break;
    case INVENTORY_NAME_TAKEN:
        job_hold(job, sink->config->inventory.catchup_frequency * 1000);
        break;
    case INVENTORY_NOT_WRITTEN:
        job_defer(job, reason.text, 0);
        break;
    }
}

/* A message that may have killed a forwarder is alone in work anyway: there is one thread. What attempts decides is
 * whether it is tried once more. False: the job has ended. */
static bool admit_message(struct sink_inventory *sink, bool *suspect)
{
    *suspect = attempts_suspect(sink->attempts, &sink->job);
    if (*suspect) {
        return attempts_admit(sink->attempts, &sink->job);
    }
    attempts_enter(sink->attempts);
    return true;
}

static enum spool_verdict process_message(struct sink_inventory *sink, struct err *reason)
{
    struct job *job = &sink->job;
    enum spool_route route =
        job->source->kind == RELAY_KIND_MESSAGE ? SPOOL_MESSAGE_TO_FILES : SPOOL_MESSAGE_UPDATE_TO_FILES;
    enum spool_verdict verdict = spool_process_look(&job->file, reason);
    if (verdict == SPOOL_READY) {
        attempts_begin(sink->attempts, 0, 0, job);
        verdict = spool_process(route, &sink->tools, &job->file, reason);
        attempts_end(sink->attempts, 0, 0);
    }
    return verdict;
}

static void finish_message(struct sink_inventory *sink, enum spool_verdict verdict, const char *reason)
{
    if (verdict == SPOOL_REFUSED) {
        relay_metrics_message(sink->state, RELAY_MESSAGE_REFUSED);
    }
    job_finish(&sink->job, verdict, reason);
}

/* Takes the next message of a source. False when none waits now. */
static bool handle_message(struct sink_inventory *sink, size_t i)
{
    struct job *job = &sink->job;
    struct err reason = {0};
    bool suspect;
    if (!job_take(job, sink->sources[i])) {
        return false;
    }
    if (inventory_deliver_taken(sink->targets[i], job->file.name)) {
        job_hold(job, sink->config->inventory.catchup_frequency * 1000);
        return true;
    }
    if (!admit_message(sink, &suspect)) {
        return true;
    }
    enum spool_verdict verdict = process_message(sink, &reason);
    if (suspect) {
        attempts_acquit(sink->attempts, job);
    }
    attempts_leave(sink->attempts);
    if (verdict == SPOOL_READY) {
        deliver(sink, sink->targets[i]);
    } else {
        finish_message(sink, verdict, reason.text);
    }
    return true;
}

/* ---- the thread ---- */

static void wait_for_messages(const struct sink_inventory *sink)
{
    struct pollfd wake = {.fd = sink->wake_fd, .events = POLLIN};
    int64_t next_ms = INT64_MAX;
    eventfd_t ignored;
    for (size_t i = 0; i < sink->count; i++) {
        next_ms = clock_earlier(next_ms, dispatch_next_ms(sink->sources[i]->dispatch));
    }
    if (poll(&wake, 1, clock_poll_timeout(next_ms)) > 0) {
        eventfd_read(sink->wake_fd, &ignored);
    }
}

static void *sink_inventory_thread(void *context)
{
    struct sink_inventory *sink = context;
    while (!sink->stopping) {
        daemon_refresh_index(sink->tools.index);
        for (size_t i = 0; i < sink->count; i++) {
            for (unsigned taken = 0; taken < TAKE_MAX && !sink->stopping && handle_message(sink, i); taken++) {
            }
        }
        wait_for_messages(sink);
    }
    return NULL;
}

/* ---- start and stop ---- */

static bool add_source(struct sink_inventory *sink, struct spool_source *source, struct err *err)
{
    enum relay_kind kind = upload_kind_unpacked(source->kind);
    struct spool *target =
        spool_open(upload_kind_directory(kind, sink->config), upload_kind(kind)->incoming, err);
    if (target == NULL) {
        return false;
    }
    safe_file_sweep(spool_incoming_fd(target), STALE_SECONDS);
    sink->targets[sink->count] = target;
    sink->sources[sink->count++] = source;
    dispatch_set_event_fd(source->dispatch, sink->wake_fd);
    return true;
}

static bool sink_inventory_open(struct sink_inventory *sink, struct spool_source *sources, size_t count,
                                struct err *err)
{
    const struct relay_config *config = sink->config;
    sink->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (sink->wake_fd < 0) {
        return err_set_errno(err, errno, "eventfd");
    }
    sink->tools.settings = &config->reporting;
    sink->tools.decompressor = decompressor_new();
    sink->tools.keys = decryption_keys_new(config->reporting.decryption_key_files);
    for (size_t i = 0; i < count && sink->count < SINK_KINDS; i++) {
        if (sources[i].output == RELAY_OUTPUT_FILES && !add_source(sink, &sources[i], err)) {
            return false;
        }
    }
    sink->attempts = attempts_open(sink->sources[0]->spool, 1);
    return (sink->tools.index = node_index_open(config->general.node_index_file, err)) != NULL &&
           (sink->tools.verifier = smime_verifier_new(false, err)) != NULL;
}

static void sink_inventory_free(struct sink_inventory *sink)
{
    attempts_close(sink->attempts);
    for (size_t i = 0; i < sink->count; i++) {
        spool_close(sink->targets[i]);
    }
    spool_tools_free(&sink->tools);
    job_free(&sink->job);
    close_fd(&sink->wake_fd);
    free(sink);
}

struct sink_inventory *sink_inventory_start(const struct relay_config *config, struct relay_state *state,
                                            struct spool_source *sources, size_t count, struct err *err)
{
    struct sink_inventory *sink = xcalloc(1, sizeof *sink);
    sink->config = config;
    sink->state = state;
    if (!sink_inventory_open(sink, sources, count, err) ||
        !thread_start(&sink->thread, sink_inventory_thread, sink, err)) {
        sink_inventory_free(sink);
        return NULL;
    }
    return sink;
}

void sink_inventory_stop(struct sink_inventory *sink)
{
    if (sink != NULL) {
        attempts_stop(sink->attempts);
        sink->stopping = true;
        eventfd_write(sink->wake_fd, 1);
    }
}

bool sink_inventory_join(struct sink_inventory *sink, int64_t until_ms)
{
    if (sink == NULL) {
        return true;
    }
    if (!thread_join(sink->thread, until_ms)) {
        return false;
    }
    sink_inventory_free(sink);
    return true;
}
