/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "spool_process.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "inventory_check.h"
#include "relay/inventory_name.h"
#include "relay/runlog_parse.h"
#include "util/safe_file.h"

/* How much a buffer keeps for the next file: enough for a run log of some hundred reports. Each run of a batch has such
 * a buffer. */
enum { KEPT_BUFFER_SIZE = 64 << 10 };

/* How long a file that is written in place must be unchanged. The original relay waits as long. */
enum { REST_SECONDS = 30 };

/* What a step returns beside a verdict: go on with the next step. */
enum { NEXT_STEP = -1 };

typedef int spool_step(struct spool_tools *tools, struct spool_file *file, struct err *reason);

enum spool_verdict spool_process_look(struct spool_file *file, struct err *reason)
{
    if (fstatat(spool_incoming_fd(file->spool), file->name, &file->status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) {
            return SPOOL_GONE;
        }
        err_set_errno(reason, errno, "stat of the file");
        return SPOOL_RETRY;
    }
    return S_ISREG(file->status.st_mode) ? SPOOL_READY : SPOOL_GONE;
}

/* A file that came by rename is whole. A file that is written in place counts as whole once it has not changed for a
 * while. After a mere write mtime and ctime are the same; a rename changes the ctime. */
static int require_rest(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    (void)tools;
    (void)reason;
    const struct timespec *written = &file->status.st_mtim;
    const struct timespec *changed = &file->status.st_ctim;
    int64_t age = time(NULL) - written->tv_sec;
    bool untouched = written->tv_sec == changed->tv_sec && written->tv_nsec == changed->tv_nsec;
    if (file->renamed || !untouched || age >= REST_SECONDS || age <= -REST_SECONDS) {
        return NEXT_STEP;
    }
    file->retry_within_ms = (REST_SECONDS - (age > 0 ? age : 0)) * 1000; /* time() may lag behind the file's clock */
    return SPOOL_RESTS;
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

static int parse_name(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    (void)tools;
    return run_info_parse(file->name, strlen(file->name), &file->info, reason) ? NEXT_STEP : SPOOL_REFUSED;
}

/* A new node may report before it is in the node list: its runs are tried again during a grace time. The grace
 * time begins with the arrival of the file, so that a restart of the program does not prolong it. */
static int unknown_node_verdict(const struct spool_tools *tools, struct spool_file *file)
{
    int64_t age = time(NULL) - file->status.st_mtime;
    int64_t left = tools->settings->unknown_node_grace - (age > 0 ? age : 0);
    file->retry_within_ms = left * 1000;
    file->unknown_node = true;
    return left > 0 ? SPOOL_RETRY : SPOOL_REFUSED;
}

static int require_node(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    if (!node_index_find(tools->index, file->info.node_id, NULL)) {
        err_set(reason, "unknown node %s: it is not in the node list", file->info.node_id);
        return unknown_node_verdict(tools, file);
    }
    return NEXT_STEP;
}

static int require_certificate(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    tools->certificate_count =
        node_index_certificates(tools->index, file->info.node_id, tools->certificates, NODE_INDEX_MAX_CERTS);
    if (tools->certificate_count > 0) {
        return NEXT_STEP;
    }
    int verdict = require_node(tools, file, reason);
    if (verdict != NEXT_STEP) {
        return verdict;
    }
    err_set(reason, "unknown node %s: there is no certificate of it", file->info.node_id);
    return unknown_node_verdict(tools, file);
}

/* Who wrote the file is rudder-relay-syslog, which asks for the lists, too. They may have changed since. */
static int require_syslog_node(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    const char *node_id = file->info.node_id;
    bool is_signed = false;
    if (!syslog_rules_has_node(tools->syslog, node_id)) {
        err_set(reason, "node %s may not report by syslog: it is not in syslog.nodes", node_id);
        return SPOOL_REFUSED;
    }
    if (syslog_rules_readmits(tools->syslog, node_id)) {
        return NEXT_STEP;
    }
    if (!signed_nodes_find(tools->signed_nodes, node_id, &is_signed, reason)) {
        return SPOOL_RETRY;
    }
    if (is_signed) {
        err_set(reason, "node %s has sent a signed run, so nobody speaks for it by syslog any more "
                        "(syslog.readmitted_nodes)", node_id);
        return SPOOL_REFUSED;
    }
    return NEXT_STEP;
}

static int read_image(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    buffer_clear(&tools->image);
    int directory_fd = spool_incoming_fd(file->spool);
    if (safe_file_read(directory_fd, file->name, (size_t)tools->settings->max_compressed_size, &tools->image, reason)) {
        return NEXT_STEP;
    }
    bool gone = faccessat(directory_fd, file->name, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
    return gone ? SPOOL_GONE : SPOOL_RETRY;
}

/* Nothing of a large run stays in the tools while it is parsed or stored. */
static void clear_tools(struct spool_tools *tools)
{
    buffer_clear_large(&tools->message, KEPT_BUFFER_SIZE);
    buffer_clear_large(&tools->canonical, KEPT_BUFFER_SIZE);
}

static struct decompress_limits expansion_limits(const struct spool_tools *tools)
{
    return (struct decompress_limits){
        .expanded = (size_t)tools->settings->max_expanded_size,
        .ratio = (size_t)tools->settings->max_expansion_ratio,
    };
}

static int expand(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    const struct decompress_limits limits = expansion_limits(tools);
    buffer_clear(&tools->message); /* nothing of another file may stand in front of this one */
    bool good = decompress(tools->decompressor, file->info.compression, buffer_slice(&tools->image), &limits,
                           &tools->message, reason);
    file->expanded_size = tools->message.len;
    buffer_clear_large(&tools->image, KEPT_BUFFER_SIZE);
    buffer_fit(&tools->message, KEPT_BUFFER_SIZE);
    if (!good) {
        clear_tools(tools);
    }
    return good ? NEXT_STEP : SPOOL_REFUSED;
}

/* A key that is missing may come, as while keys are changed. */
static int open_encrypted(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    const struct decompress_limits limits = expansion_limits(tools);
    enum smime_decrypt result = smime_decrypt(tools->keys, tools->decompressor, &limits, &tools->message, reason);
    if (result != SMIME_DECRYPT_DONE) {
        clear_tools(tools);
        return result == SMIME_DECRYPT_WAIT ? SPOOL_RETRY : SPOOL_REFUSED;
    }
    file->expanded_size = tools->message.len;
    buffer_fit(&tools->message, KEPT_BUFFER_SIZE);
    return NEXT_STEP;
}

/* Copies a small content to the file, so that the tools keep their buffers and no memory of the batch is moved. A large
 * one would need twice the memory: its buffer goes over to the file, that of the message or of its canonical copy. */
static void keep_content(struct spool_tools *tools, struct spool_file *file, struct slice *content)
{
    struct buffer *canonical = &tools->canonical;
    size_t offset = 0;
    if (content->len <= KEPT_BUFFER_SIZE) {
        buffer_clear(&file->content);
        buffer_add(&file->content, content->at, content->len);
    } else {
        bool copied =
            canonical->len > 0 && content->at >= canonical->at && content->at <= canonical->at + canonical->len;
        struct buffer *holder = copied ? canonical : &tools->message;
        offset = (size_t)(content->at - holder->at);
        buffer_free(&file->content);
        file->content = *holder;
        *holder = (struct buffer){0};
        buffer_fit(&file->content, KEPT_BUFFER_SIZE);
    }
    content->at = file->content.at + offset;
}

static int parse_content(const struct spool_tools *tools, struct spool_file *file, struct slice content,
                         struct err *reason)
{
    const struct runlog_limits limits = {
        .reports = (size_t)tools->settings->max_reports,
        .bytes = (size_t)tools->settings->max_stored_size,
    };
    return runlog_parse(&file->runlog, &file->info, content, &limits, reason) ? NEXT_STEP : SPOOL_REFUSED;
}

static int verify_and_parse(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    struct slice content;
    const struct smime_known known = {tools->certificates, tools->certificate_count};
    file->verified =
        smime_verify(tools->verifier, buffer_slice(&tools->message), known, &tools->canonical, &content, reason);
    if (file->verified) {
        keep_content(tools, file, &content);
    }
    clear_tools(tools);
    if (!file->verified) {
        return SPOOL_REFUSED;
    }
    return parse_content(tools, file, content, reason);
}

static int parse_unsigned(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    struct slice content = buffer_slice(&tools->message);
    keep_content(tools, file, &content);
    clear_tools(tools);
    return parse_content(tools, file, content, reason);
}

static int check_age(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    const struct run_age_now now = run_age_now();
    int64_t began = file->runlog.reports[0].origin->start.seconds;
    switch (run_age_check(tools->ages, file->info.node_id, began, file->status.st_mtime, &now, reason)) {
    case RUN_AGE_GOOD:
        return NEXT_STEP;
    case RUN_AGE_CLOCK:
        return SPOOL_RETRY;
    case RUN_AGE_TOO_OLD:
        break;
    }
    return SPOOL_REFUSED;
}

static int skip_reports(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    (void)reason;
    runlog_skip_logs(&file->runlog, tools->settings->store_logs); /* it looks at all event types */
    runlog_skip_event_types(&file->runlog, tools->settings->skip_event_types);
    return file->runlog.report_count > 0 ? NEXT_STEP : SPOOL_NOTHING;
}

/* ---- inventories in messages ---- */

static int parse_message_name(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    (void)tools;
    file->info.compression = COMPRESSION_GZIP;
    if (!inventory_name_is_message(file->name)) {
        err_set(reason, "its name does not end in .smime.ocs.gz or .smime.xml.gz");
        return SPOOL_REFUSED;
    }
    return NEXT_STEP;
}

static int read_message(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    const struct decompress_limits limits = expansion_limits(tools);
    if (!inventory_check_read(tools, file, &limits, reason)) {
        clear_tools(tools);
        return SPOOL_REFUSED;
    }
    file->expanded_size = file->content.len;
    return NEXT_STEP;
}

/* A node that is known is known by its key, also where it says that it is new. */
static int require_certificate_or_bring(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    if (node_index_find(tools->index, file->info.node_id, NULL)) {
        return require_certificate(tools, file, reason);
    }
    return inventory_check_brought(tools, file, reason) ? NEXT_STEP : SPOOL_REFUSED;
}

static int verify_inventory(struct spool_tools *tools, struct spool_file *file, struct err *reason)
{
    bool good = inventory_check_verify(tools, file, reason);
    clear_tools(tools);
    return good ? NEXT_STEP : SPOOL_REFUSED;
}

/* ---- all steps ---- */

enum { STEPS_MAX = 10 };

/* Cheap checks come first: the file of an unknown node is not read. */
static spool_step *const spool_steps[][STEPS_MAX] = {
    [SPOOL_RUN_TO_DATABASE] = {require_rest, parse_name, check_size, require_certificate, read_image, expand,
                               open_encrypted, verify_and_parse, check_age, skip_reports},
    [SPOOL_SYSLOG_TO_DATABASE] = {require_rest, parse_name, check_size, require_node, require_syslog_node, read_image,
                                  expand, parse_unsigned, check_age, skip_reports},
    [SPOOL_RUN_TO_UPSTREAM] = {require_rest, parse_name, check_size, require_node},
    [SPOOL_INVENTORY_TO_UPSTREAM] = {require_rest, check_size},
    [SPOOL_MESSAGE_TO_FILES] = {require_rest, parse_message_name, check_size, read_image, expand, open_encrypted,
                                read_message, require_certificate_or_bring, verify_inventory},
    [SPOOL_MESSAGE_UPDATE_TO_FILES] = {require_rest, parse_message_name, check_size, read_image, expand, open_encrypted,
                                       read_message, require_certificate, verify_inventory},
};

enum spool_verdict spool_process(enum spool_route route, struct spool_tools *tools, struct spool_file *file,
                                 struct err *reason)
{
    for (size_t i = 0; i < STEPS_MAX && spool_steps[route][i] != NULL; i++) {
        int verdict = spool_steps[route][i](tools, file, reason);
        if (verdict != NEXT_STEP) {
            return (enum spool_verdict)verdict;
        }
    }
    return SPOOL_READY;
}

void spool_file_clear(struct spool_file *file)
{
    if (file->content.size > KEPT_BUFFER_SIZE) {
        runlog_free(&file->runlog); /* its memory grows with the content */
    } else {
        runlog_clear(&file->runlog);
    }
    buffer_clear_large(&file->content, KEPT_BUFFER_SIZE);
    buffer_clear(&file->signature); /* is small */
    file->name = NULL;
    file->renamed = false;
    file->info = (struct run_info){0};
    file->expanded_size = 0;
    file->retry_within_ms = 0;
    file->unknown_node = false;
    file->verified = false;
    file->first = false;
}

void spool_file_free(struct spool_file *file)
{
    runlog_free(&file->runlog);
    buffer_free(&file->content);
    buffer_free(&file->signature);
}

void spool_tools_free(struct spool_tools *tools)
{
    node_index_close(tools->index);
    decompressor_free(tools->decompressor);
    decryption_keys_free(tools->keys);
    smime_verifier_free(tools->verifier);
    buffer_free(&tools->image);
    buffer_free(&tools->message);
    buffer_free(&tools->canonical);
    buffer_free(&tools->inventory.certificate);
    buffer_free(&tools->brought);
}
