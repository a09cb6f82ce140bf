/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spool_process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "relay/runlog_parse.h"
#include "util/safe_file.h"

/* A run log of some hundred reports. There is one set of buffers for each run of a batch. */
enum { KEPT_BUFFER_SIZE = 64 << 10 };

/* Not one of the verdicts: the next step's turn. */
enum { NEXT_STEP = -1 };

typedef int step(struct spool_tools *tools, struct spool_file *file, struct err *reason);

static int look_at_file(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    if (fstatat(spool_incoming_fd(tools->spool), file->name, &file->status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) {
            return SPOOL_GONE;
        }
        err_set_errno(reason, errno, "the file cannot be looked at");
        return SPOOL_RETRY;
    }
    return S_ISREG(file->status.st_mode) ? NEXT_STEP : SPOOL_GONE;
}

static int check_size(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    if (file->status.st_size > tools->settings->max_compressed_size) {
        err_set(reason, "the file has %lld bytes, max_compressed_size is %lld", (long long)file->status.st_size,
                (long long)tools->settings->max_compressed_size);
        return SPOOL_REFUSED;
    }
    return NEXT_STEP;
}

static int read_name(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    (void)tools;
    return run_info_parse(file->name, strlen(file->name), &file->info, reason) ? NEXT_STEP : SPOOL_REFUSED;
}

/* A node may be on its way into the list: its runs get a grace time. It counts from when the file came, so that it
 * does not start anew with the program. */
static int unknown_node(const struct spool_tools *tools, struct spool_file *file)
{
    int64_t age = time(NULL) - file->status.st_mtime;
    int64_t left = tools->settings->unknown_node_grace - (age > 0 ? age : 0);
    file->retry_within_ms = left * 1000;
    file->unknown_node = true;
    return left > 0 ? SPOOL_RETRY : SPOOL_REFUSED;
}

static int know_node(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    if (!node_index_find(tools->index, file->info.node_id, NULL)) {
        err_set(reason, "unknown node %s: it is not in the node list", file->info.node_id);
        return unknown_node(tools, file);
    }
    return NEXT_STEP;
}

static int know_certificate(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    tools->certificate_count =
        node_index_certificates(tools->index, file->info.node_id, tools->certificates, NODE_INDEX_MAX_CERTS);
    if (tools->certificate_count > 0) {
        return NEXT_STEP;
    }
    int verdict = know_node(tools, file, reason);
    if (verdict != NEXT_STEP) {
        return verdict;
    }
    err_set(reason, "unknown node %s: there is no certificate of it", file->info.node_id);
    return unknown_node(tools, file);
}

static int read_file(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    buffer_clear(&tools->image);
    int folder = spool_incoming_fd(tools->spool);
    if (safe_file_read(folder, file->name, (size_t)tools->settings->max_compressed_size, &tools->image, reason)) {
        return NEXT_STEP;
    }
    return faccessat(folder, file->name, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT ? SPOOL_GONE : SPOOL_RETRY;
}

static int expand(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    const struct decompress_limits limits = {
        .expanded = (size_t)tools->settings->max_expanded_size,
        .ratio = (size_t)tools->settings->max_expansion_ratio,
    };
    return decompress(tools->decompressor, file->info.compression, buffer_slice(&tools->image), &limits, &file->message,
                      reason)
               ? NEXT_STEP
               : SPOOL_REFUSED;
}

static int verify_and_parse(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    struct slice content;
    if (!smime_verify(tools->verifier, buffer_slice(&file->message), tools->certificates, tools->certificate_count,
                      &file->canonical, &content, reason)) {
        return SPOOL_REFUSED;
    }
    size_t max_reports = (size_t)tools->settings->max_reports;
    return runlog_parse(&file->runlog, &file->info, content, max_reports, reason) ? NEXT_STEP : SPOOL_REFUSED;
}

static int skip_event_types(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    (void)reason;
    runlog_skip_event_types(&file->runlog, tools->settings->skip_event_types);
    return file->runlog.report_count > 0 ? NEXT_STEP : SPOOL_NOTHING;
}

enum { MOST_STEPS = 8 };

/* The cheap questions first: an unknown node's file is not read. */
static step *const steps[][MOST_STEPS] = {
    [SPOOL_RUN_TO_DATABASE] = {look_at_file, read_name, check_size, know_certificate, read_file, expand,
                               verify_and_parse, skip_event_types},
    [SPOOL_RUN_TO_UPSTREAM] = {look_at_file, read_name, check_size, know_node},
    [SPOOL_INVENTORY_TO_UPSTREAM] = {look_at_file, check_size},
};

enum spool_verdict spool_process(enum spool_way way, struct spool_tools *tools, struct spool_file *file,
                                 struct err *reason)
{
    file->info = (struct run_info){0}; /* of the file before */
    for (size_t i = 0; i < MOST_STEPS && steps[way][i] != NULL; i++) {
        int verdict = steps[way][i](tools, file, reason);
        if (verdict != NEXT_STEP) {
            return (enum spool_verdict)verdict;
        }
    }
    return SPOOL_READY;
}

bool spool_file_same(const struct spool_tools *tools, const struct spool_file *file)
{
    struct stat now;
    const struct stat *before = &file->status;
    return fstatat(spool_incoming_fd(tools->spool), file->name, &now, AT_SYMLINK_NOFOLLOW) != 0 ||
           (now.st_ino == before->st_ino && now.st_size == before->st_size &&
            now.st_mtim.tv_sec == before->st_mtim.tv_sec && now.st_mtim.tv_nsec == before->st_mtim.tv_nsec);
}

void spool_file_clear(struct spool_file *file)
{
    if (file->message.size > KEPT_BUFFER_SIZE) {
        runlog_free(&file->runlog); /* its memory goes with the size of the content */
    } else {
        runlog_clear(&file->runlog);
    }
    buffer_clear_large(&file->message, KEPT_BUFFER_SIZE);
    buffer_clear_large(&file->canonical, KEPT_BUFFER_SIZE);
    file->retry_within_ms = 0;
    file->unknown_node = false;
}

void spool_file_free(struct spool_file *file)
{
    runlog_free(&file->runlog);
    buffer_free(&file->message);
    buffer_free(&file->canonical);
}
