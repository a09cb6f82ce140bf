/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-folder/shared_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "endpoint/file_answer.h"
#include "endpoint/request_context.h"
#include "shared-folder/content_hash.h"
#include "shared-folder/folder_request.h"
#include "shared-folder/hash_cache.h"
#include "util/beneath.h"
#include "util/log.h"
#include "util/memory.h"

#define LOG_COMPONENT "shared_folder"

enum { TRIES = 4 };

struct shared_folder {
    const char *path;
    struct hash_cache *cache;
};

static const struct request_wording shared_folder_wording = {LOG_COMPONENT, "request refused", "shared folder",
                                                             .bare = false};

/* One request: what is asked, and the file that was found. */
struct shared_folder_context {
    struct request_context base;
    const struct shared_folder *folder;
    struct folder_request asked;
    int folder_fd;
    int fd;
    struct stat status;
};

void *shared_folder_start(const struct relay_config *config, struct err *err)
{
    (void)err;
    struct shared_folder *folder = memory_zero(1, sizeof *folder);
    folder->path = config->shared_folder.path;
    folder->cache = hash_cache_open(config->shared_folder.hash_cache_file);
    if (access(folder->path, X_OK) != 0) {
        log_warn("the shared folder cannot be entered", log_text("folder", folder->path),
                 log_text("reason", strerror(errno)));
    }
    return folder;
}

void shared_folder_stop(void *state)
{
    struct shared_folder *folder = state;
    hash_cache_close(folder->cache);
    free(folder);
}

static void close_file(struct shared_folder_context *context)
{
    if (context->fd >= 0) {
        close(context->fd);
        context->fd = -1;
    }
}

/* The file under the path now, which may be another than before. */
static bool open_file(struct shared_folder_context *context, struct err *err)
{
    close_file(context);
    const char *path = context->asked.path[0] != '\0' ? context->asked.path : ".";
    context->fd = beneath_open_file(context->folder_fd, path, &context->status, err);
    return context->fd >= 0;
}

/* The hash of the file as it is at some moment of this request: 0, EAGAIN when there was no such moment, else why it
 * cannot be read, with err. A file that changes meanwhile is opened anew, since it may have been replaced;
 * context->status is that of the content that was hashed. */
static int hash_now(struct shared_folder_context *context, unsigned char digest[DIGEST_MAX_SIZE], struct err *err)
{
    enum digest_algorithm algorithm = context->asked.algorithm;
    for (int try = 0; try < TRIES; try++) {
        time_t began = time(NULL);
        if (!open_file(context, err)) {
            return errno;
        }
        if (hash_cache_find(context->folder->cache, &context->status, algorithm, digest)) {
            return 0;
        }
        switch (content_hash(context->fd, &context->status, algorithm, digest, err)) {
        case CONTENT_HASHED:
            hash_cache_store(context->folder->cache, &context->status, algorithm, digest, began);
            return 0;
        case CONTENT_FAILED:
            return EIO;
        case CONTENT_CHANGED:
            break;
        }
    }
    return EAGAIN;
}

static void answer_hash(struct shared_folder_context *context)
{
    unsigned char digest[DIGEST_MAX_SIZE];
    struct err err = {0};
    int fault = hash_now(context, digest, &err);
    if (fault != 0 && fault != EAGAIN) {
        file_answer_fault(&context->base, fault, &err);
        return;
    }
    if (fault == EAGAIN) {
        log_warn("the file changes all the time, it counts as having another hash",
                 log_text("path", context->asked.path));
    }
    size_t size = digest_algorithm_size(context->asked.algorithm);
    if (fault == 0 && memcmp(digest, context->asked.digest, size) == 0) {
        file_answer_unchanged(context->base.response, &context->status);
    } else {
        file_answer_content(context->base.request, context->base.response, &context->fd, &context->status);
    }
}

/* The file is there and open. */
static void answer_found(struct shared_folder_context *context)
{
    const struct request_context *base = &context->base;
    struct err err = {0};
    if (!folder_request_parse_query(&context->asked, request_env(base->request, "QUERY_STRING"), &err)) {
        request_context_refuse(base, 400, err.text);
    } else if (context->asked.has_hash) {
        answer_hash(context);
    } else {
        file_answer(base->request, base->response, &context->fd, &context->status);
    }
}

static void answer_path(struct shared_folder_context *context)
{
    struct err err = {0};
    if (!folder_request_parse_path(&context->asked, context->base.request->args[0], &err)) {
        request_context_refuse(&context->base, 400, err.text);
        return;
    }
    context->folder_fd = open(context->folder->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (context->folder_fd < 0) {
        int errnum = errno;
        err_set_errno(&err, errnum, "%s", context->folder->path);
        file_answer_fault(&context->base, errnum, &err);
    } else if (open_file(context, &err)) {
        answer_found(context);
    } else {
        file_answer_fault(&context->base, errno, &err);
    }
}

void shared_folder_answer(void *state, struct request *request, struct response *response)
{
    struct shared_folder_context context = {
        .base = {.wording = &shared_folder_wording,
                 .request = request,
                 .response = response,
                 .fields = {log_slice("path", request->args[0])}},
        .folder = state,
        .folder_fd = -1,
        .fd = -1,
    };
    answer_path(&context);
    close_file(&context);
    if (context.folder_fd >= 0) {
        close(context.folder_fd);
    }
}
