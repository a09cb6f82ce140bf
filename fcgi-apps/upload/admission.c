/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upload/admission.h"

#include "util/byte_size.h"
#include "util/clock.h"
#include "util/free_space.h"

/* A tenth of the names (or files with their sizes) that can be counted in a millisecond, so that counting takes no more
 * than a tenth of the time. */
enum { SHARE_OF_ROOM = 16, COUNT_LASTS_MS = 10000, NAMES_PER_MS = 64, FILES_PER_MS = 16 };

void admission_free(struct admission *admission)
{
    spool_shares_free(&admission->waiting);
}

/* With a certificate a node may use twice its limits. */
static int64_t share_of(const struct admission_ask *ask)
{
    return ask->certificate ? 2 : 1;
}

/* How many files it takes at least to reach a limit of that many bytes. */
static size_t files_for(const struct admission *admission, int64_t bytes)
{
    int64_t file_bytes = admission->limits.file_bytes > 0 ? admission->limits.file_bytes : 1;
    return (size_t)(bytes / file_bytes);
}

/* With fewer files in the directory than this only their number matters. */
static size_t few_files(const struct admission *admission)
{
    const struct admission_limits *limits = &admission->limits;
    size_t few = limits->files;
    if (limits->bytes > 0 && files_for(admission, limits->bytes) < few) {
        few = files_for(admission, limits->bytes);
    }
    if (limits->node_files > 0 && limits->node_files < few) {
        few = limits->node_files;
    }
    if (limits->node_bytes > 0 && files_for(admission, limits->node_bytes) < few) {
        few = files_for(admission, limits->node_bytes);
    }
    return few;
}

/* How many more files may come before any limit could be reached. */
static size_t room_left(const struct admission *admission)
{
    size_t few = admission->closely ? admission->limits.files : few_files(admission);
    size_t left = few > admission->waiting.all.files ? few - admission->waiting.all.files : 0;
    size_t node = admission->limits.node_files;
    return admission->closely && node > 0 && node < left ? node : left;
}

static bool count_is_due(const struct admission *admission, int64_t now)
{
    if (!admission->counted) {
        return true;
    }
    int64_t age = now - admission->counted_at;
    int64_t cost = (int64_t)(admission->waiting.all.files / (admission->closely ? FILES_PER_MS : NAMES_PER_MS));
    if (age < cost) {
        return false;
    }
    return age >= COUNT_LASTS_MS || admission->stored_since >= room_left(admission) / SHARE_OF_ROOM ||
           (admission->limits.node_bytes > 0 && admission->bytes_since >= admission->limits.node_bytes / SHARE_OF_ROOM);
}

static void count_if_due(struct admission *admission, int dir_fd)
{
    int64_t now = clock_ms();
    if (!count_is_due(admission, now)) {
        return;
    }
    size_t few = few_files(admission);
    spool_shares_count(&admission->waiting, dir_fd, few + 1);
    admission->closely = admission->waiting.all.files >= few;
    if (admission->closely) {
        spool_shares_read(&admission->waiting, dir_fd, true);
    }
    admission->counted_at = now;
    admission->counted = true;
    admission->stored_since = 0;
    admission->bytes_since = 0;
}

static bool directory_is_full(const struct admission *admission, const struct admission_ask *ask, struct err *err)
{
    const struct admission_limits *limits = &admission->limits;
    const struct spool_share *all = &admission->waiting.all;
    char size[BYTE_SIZE_TEXT_SIZE];
    if (all->files > limits->files * (size_t)share_of(ask)) {
        err_set(err, "more than %zu files wait in the spool", limits->files);
        return true;
    }
    if (limits->bytes > 0 && all->bytes + ask->bytes > limits->bytes * share_of(ask)) {
        byte_size_format(limits->bytes, size);
        err_set(err, "more than %s would wait in this directory of the spool", size);
        return true;
    }
    return false;
}

static enum admission_verdict check_node(const struct admission *admission, const struct admission_ask *ask,
                                         struct err *err)
{
    const struct admission_limits *limits = &admission->limits;
    struct spool_share node = spool_shares_of(&admission->waiting, ask->node_id);
    char size[BYTE_SIZE_TEXT_SIZE];
    if (limits->node_files > 0 && node.files >= limits->node_files * (size_t)share_of(ask)) {
        err_set(err, "%zu files of this node wait, the limit is %zu", node.files, limits->node_files);
        return ADMISSION_NODE_TOO_MANY;
    }
    if (limits->node_bytes > 0 && node.bytes + ask->bytes > limits->node_bytes * share_of(ask)) {
        byte_size_format(limits->node_bytes, size);
        err_set(err, "more than %s of this node would wait", size);
        return ADMISSION_NODE_TOO_LARGE;
    }
    return ADMISSION_GRANTED;
}

enum admission_verdict admission_check(struct admission *admission, int dir_fd, const struct admission_ask *ask,
                                       struct err *err)
{
    count_if_due(admission, dir_fd);
    if (directory_is_full(admission, ask, err)) {
        return ADMISSION_TOO_MANY;
    }
    enum admission_verdict verdict = ask->node_id[0] != '\0' ? check_node(admission, ask, err) : ADMISSION_GRANTED;
    if (verdict != ADMISSION_GRANTED) {
        return verdict;
    }
    if (!free_space_for(dir_fd, ask->bytes, admission->limits.min_free_space / share_of(ask), err)) {
        return ADMISSION_NO_SPACE;
    }
    return ADMISSION_GRANTED;
}

void admission_stored(struct admission *admission, const struct admission_ask *ask)
{
    spool_shares_add(&admission->waiting, ask->node_id, ask->bytes);
    admission->stored_since++;
    admission->bytes_since += ask->bytes;
}
