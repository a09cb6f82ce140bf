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
#include "shared-folder/hash_cache.h"
#include "shared-folder/shared_folder_request.h"
#include "util/close_fd.h"
#include "util/log.h"
#include "util/open_beneath.h"
#include "util/xmalloc.h"

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
    const struct shared_folder *directory;
    struct shared_folder_request asked;
    int dir_fd;
    int fd;
    struct stat status;
};

void *shared_folder_start(const struct relay_config *config, struct err *err)
{
    (void)err;
    struct shared_folder *directory = xcalloc(1, sizeof *directory);
    directory->path = config->shared_folder.path;
    directory->cache = hash_cache_open(config->shared_folder.hash_cache_file);
    if (access(directory->path, X_OK) != 0) {
        log_warn("the shared folder cannot be entered", log_text("directory", directory->path),
                 log_text("reason", strerror(errno)));
    }
    return directory;
}

void shared_folder_stop(void *state)
{
    struct shared_folder *directory = state;
    hash_cache_close(directory->cache);
    free(directory);
}

/* The file under the path now, which may be another than before. */
static bool shared_folder_open_file(struct shared_folder_context *context, struct err *err)
{
    close_fd(&context->fd);
    const char *path = context->asked.path[0] != '\0' ? context->asked.path : ".";
    context->fd = open_beneath_file(context->dir_fd, path, &context->status, err);
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
        if (!shared_folder_open_file(context, err)) {
            return errno;
        }
        if (hash_cache_find(context->directory->cache, &context->status, algorithm, digest)) {
            return 0;
        }
        switch (content_hash(context->fd, &context->status, algorithm, digest, err)) {
        case CONTENT_HASHED:
            hash_cache_store(context->directory->cache, &context->status, algorithm, digest, began);
            return 0;
        case CONTENT_FAILED:
            return EIO;
        case CONTENT_CHANGED:
            break;
        }
    }
    return EAGAIN;
}

static void shared_folder_answer_hash(struct shared_folder_context *context)
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
static void shared_folder_answer_found(struct shared_folder_context *context)
{
    const struct request_context *base = &context->base;
    struct err err = {0};
    if (!shared_folder_request_parse_query(&context->asked, request_env(base->request, "QUERY_STRING"), &err)) {
        request_context_refuse(base, 400, err.text);
    } else if (context->asked.has_hash) {
        shared_folder_answer_hash(context);
    } else {
        file_answer(base->request, base->response, &context->fd, &context->status);
    }
}

static void shared_folder_answer_path(struct shared_folder_context *context)
{
    struct err err = {0};
    if (!shared_folder_request_parse_path(&context->asked, context->base.request->args[0], &err)) {
        request_context_refuse(&context->base, 400, err.text);
        return;
    }
    context->dir_fd = open(context->directory->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (context->dir_fd < 0) {
        err_set_errno(&err, errno, "%s", context->directory->path);
        file_answer_fault(&context->base, errno, &err);
    } else if (shared_folder_open_file(context, &err)) {
        shared_folder_answer_found(context);
    } else {
        file_answer_fault(&context->base, errno, &err);
    }
}

/* Nodes come by TLS; the local listener, for this machine alone, has none. */
static bool client_may_read(const struct request_context *base)
{
    const char *client;
    return request_env(base->request, "SSL_CLIENT_VERIFY") == NULL || request_context_client_node(base, &client);
}

void shared_folder_answer(void *state, struct request *request, struct response *response)
{
    struct shared_folder_context context = {
        .base = {.wording = &shared_folder_wording,
                 .request = request,
                 .response = response,
                 .fields = {log_slice("path", request->args[0])}},
        .directory = state,
        .dir_fd = -1,
        .fd = -1,
    };
    if (client_may_read(&context.base)) {
        shared_folder_answer_path(&context);
    }
    close_fd(&context.fd);
    close_fd(&context.dir_fd);
}
