/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upstream_transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "inventory_pair.h"
#include "relay/upload_kind.h"
#include "upstream_answer.h"
#include "upstream_judge.h"
#include "util/clock.h"
#include "util/close_fd.h"
#include "util/http_url.h"
#include "util/log.h"

#define LOG_COMPONENT "upstream"

/* How often other programs are told that the upstream is up: not for each file. */
enum { REPORT_UP_MS = 1000 };

/* Files that are deferred while a breaker is open wait no longer than this, so that they go soon after it closes. */
enum { OPEN_WAIT_MAX_MS = 30000 };

const char *upstream_transfer_path(const struct upstream_transfer *transfer)
{
    return upstream_carries_file(transfer) ? upload_kind(transfer->job.source->kind)->url_path : "/";
}

static void transfer_return(struct upstream_transfer *transfer)
{
    close_fd(&transfer->fd);
    transfer->next = *transfer->spare;
    *transfer->spare = transfer;
}

/* The size of the run log's content. The file is not expanded here; gzip stores the size in its last four bytes (RFC
 * 1952), which may lie: hence the limit. */
static uint64_t expanded_size(const struct upstream_transfer *transfer)
{
    const struct spool_file *file = &transfer->job.file;
    uint64_t size_max = (uint64_t)transfer->upstream->config->reporting.max_expanded_size;
    uint64_t bytes = (uint64_t)file->status.st_size;
    unsigned char end[4];
    if (file->info.compression == COMPRESSION_GZIP && bytes >= sizeof end &&
        pread(transfer->fd, end, sizeof end, (off_t)(bytes - sizeof end)) == sizeof end) {
        bytes = end[0] | (uint32_t)end[1] << 8 | (uint32_t)end[2] << 16 | (uint32_t)end[3] << 24;
    }
    return bytes < size_max ? bytes : size_max;
}

/* Counts a file that the upstream accepted or refused. An attempt that is repeated counts as a retry instead. */
static void count_forwarded(const struct upstream_transfer *transfer, bool accepted)
{
    struct relay_state *state = transfer->upstream->state;
    if (accepted) {
        relay_state_count_activity(state, RELAY_ACTIVITY_DONE, time(NULL));
    }
    if (transfer->job.source->kind == RELAY_KIND_REPORT) {
        job_count_processed(&transfer->job, expanded_size(transfer));
        relay_metrics_report(state, accepted ? RELAY_REPORT_FORWARD_OK : RELAY_REPORT_FORWARD_ERROR);
    } else {
        relay_metrics_inventory(state, accepted);
    }
}

static void log_forwarded(const struct job *job)
{
    const struct spool_file *file = &job->file;
    if (!log_enabled(LOG_LEVEL_INFO, LOG_COMPONENT)) {
        return;
    }
    char queue_id[QUEUE_ID_SIZE];
    run_info_queue_id(file->name, strlen(file->name), queue_id);
    log_info(job->source->kind == RELAY_KIND_REPORT ? "run forwarded" : "inventory forwarded",
             log_text("queue_id", queue_id), log_text("node", file->info.node_id), log_text("file", file->name),
             log_number("bytes", file->status.st_size), log_number("age_ms", job_age_ms(job)),
             log_number("took_ms", clock_ms() - job->taken_ms));
}

static void transfer_accepted(struct upstream_transfer *transfer)
{
    struct job *job = &transfer->job;
    struct inventory_names signatures = {0};
    if (job->source->kind != RELAY_KIND_REPORT) {
        inventory_name_signatures(job->file.name, &signatures); /* job_complete ends the life of the name */
    }
    count_forwarded(transfer, true);
    log_forwarded(job);
    job_complete(job);
    inventory_pair_release(job->source->dispatch, job->source->spool, &signatures);
}

/* Ends the job according to the answer to this file. The breakers know the answer already and may be open. */
static void transfer_end_job(struct upstream_transfer *transfer, const struct upstream_answer *answer)
{
    struct job *job = &transfer->job;
    bool open = upstream_kind_breaker(transfer)->open || transfer->upstream->breaker.open;
    bool requeue = false; /* nothing is wrong with the file: it goes again when the breaker lets it */
    switch (answer->disposition) {
    case UPSTREAM_ACCEPTED:
        transfer_accepted(transfer);
        return;
    case UPSTREAM_REFUSED:
        count_forwarded(transfer, false);
        job_refuse(job, answer->reason.text);
        return;
    case UPSTREAM_UNAUTHORIZED:
    case UPSTREAM_OLD_LOGIN:
    case UPSTREAM_UNREACHABLE:
        requeue = true;
        break;
    case UPSTREAM_BUSY:
        requeue = open;
        break;
    case UPSTREAM_NODE_BUSY:
    case UPSTREAM_LATER:
    case UPSTREAM_CONN_LOST:
    case UPSTREAM_LOCAL_ERROR:
        break;
    }
    if (requeue) {
        relay_metrics_retry(job->source->state, job->source->kind);
        job_requeue(job);
    } else {
        job_defer(job, answer->reason.text, open ? OPEN_WAIT_MAX_MS : 0);
    }
}

/* The upstream does not count as up while files of one kind wait behind an open breaker: run logs that do not get
 * through matter even if inventories do. */
static bool upstream_is_up(const struct upstream *upstream)
{
    bool up = !upstream->breaker.open;
    for (size_t i = 0; i < upstream->source_count && up; i++) {
        const struct spool_source *source = upstream->sources[i];
        up = !upstream->kind_breakers[source->kind].open || dispatch_count(source->dispatch) == 0;
    }
    return up;
}

static void report_up(struct upstream *upstream)
{
    int64_t now_ms = clock_ms();
    if (now_ms - upstream->reported_up_ms >= REPORT_UP_MS && upstream_is_up(upstream)) {
        relay_state_set_peer(upstream->state, RELAY_PEER_UPSTREAM, RELAY_PEER_UP, "");
        upstream->reported_up_ms = now_ms;
    }
}

/* Was it refused with a password that has been changed since? */
static bool login_is_old(const struct upstream_transfer *transfer)
{
    struct upstream_login *login = &transfer->upstream->login;
    upstream_login_refresh(login);
    return transfer->login_version != login->version;
}

/* Without one our certificate counts. */
static bool has_password(const struct upstream *upstream)
{
    return upstream_login_password(&upstream->login, false)[0] != '\0';
}

static void transfer_done(void *context, const struct http_result *result)
{
    struct upstream_transfer *transfer = context;
    struct upstream_answer answer;
    upstream_answer_read(&answer, result, has_password(transfer->upstream));
    if (answer.disposition == UPSTREAM_UNAUTHORIZED && login_is_old(transfer)) {
        answer.disposition = UPSTREAM_OLD_LOGIN;
    }
    upstream_judge(transfer, &answer);
    if (upstream_carries_file(transfer)) {
        transfer_end_job(transfer, &answer);
    }
    report_up(transfer->upstream);
    transfer_return(transfer);
}

static bool transfer_start(struct upstream_transfer *transfer, struct http_request *request, struct err *err)
{
    struct upstream *upstream = transfer->upstream;
    size_t server_len = upstream->url.len;
    buffer_add_text(&upstream->url, upstream_transfer_path(transfer));
    if (upstream_carries_file(transfer)) {
        http_url_escape(&upstream->url, slice_from_str(transfer->job.file.name));
    }
    request->url = buffer_cstr(&upstream->url);
    request->pins = buffer_cstr(&upstream->pins);
    request->done = transfer_done;
    request->context = transfer;
    bool started = http_client_start(upstream->client, request, err) != NULL;
    upstream->url.len = server_len;
    if (started) {
        transfer->probe = breaker_acquire(&upstream->breaker);
        transfer->kind_probe = upstream_carries_file(transfer) && breaker_acquire(upstream_kind_breaker(transfer));
    }
    return started;
}

/* From here on the transfer reads this one file, whatever replaces it under its name meanwhile. */
static bool transfer_open_file(struct upstream_transfer *transfer, struct err *err)
{
    struct spool_file *file = &transfer->job.file;
    int directory_fd = spool_incoming_fd(file->spool);
    transfer->fd = openat(directory_fd, file->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (transfer->fd < 0 || fstat(transfer->fd, &file->status) != 0) {
        return err_set_errno(err, errno, "the file cannot be opened");
    }
    return S_ISREG(file->status.st_mode) || err_set(err, "no regular file");
}

bool upstream_transfer_send(struct upstream_transfer *transfer)
{
    const struct relay_config *config = transfer->upstream->config;
    const struct upstream_login *login = &transfer->upstream->login;
    bool default_password = upload_kind(transfer->job.source->kind)->default_password;
    char received[64];
    struct err err;
    struct http_request request = {
        .method = HTTP_PUT,
        .user = has_password(transfer->upstream) ? config->upstream.user : NULL,
        .answer_header = UPSTREAM_ANSWER_HEADER,
        .password = upstream_login_password(login, default_password),
    };
    transfer->login_version = login->version;
    bool started = transfer_open_file(transfer, &err);
    request.body_fd = transfer->fd;
    request.body_len = transfer->job.file.status.st_size;
    snprintf(received, sizeof received, "Rudder-Relay-Received: %lld",
             (long long)transfer->job.file.status.st_mtim.tv_sec);
    request.header = received;
    started = started && transfer_start(transfer, &request, &err);
    if (!started) {
        job_defer(&transfer->job, err.text, 0);
        transfer_return(transfer);
    }
    return started;
}

bool upstream_transfer_ask(struct upstream_transfer *transfer)
{
    struct err err;
    struct http_request request = {.method = HTTP_HEAD};
    transfer->job.source = NULL;
    bool started = transfer_start(transfer, &request, &err);
    if (!started) {
        log_error("the upstream cannot be asked", log_text("reason", err.text));
        transfer_return(transfer);
    }
    return started;
}
