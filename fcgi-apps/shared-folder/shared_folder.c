/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shared-folder/shared_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shared-folder/content_hash.h"
#include "shared-folder/shared_folder_request.h"
#include "shared-folder/hash_cache.h"
#include "shared-folder/validators.h"
#include "util/open_beneath.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "shared_folder"

enum { TRIES = 4 };

struct shared_folder {
    const char *path;
    struct hash_cache *cache;
};

/* One request: what is asked, and the file that was found. */
struct visit {
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

static void close_file(struct visit *visit)
{
    if (visit->fd >= 0) {
        close(visit->fd);
        visit->fd = -1;
    }
}

/* The file under the path now, which may be another than before. */
static bool shared_folder_open_file(struct visit *visit, struct err *err)
{
    close_file(visit);
    const char *path = visit->asked.path[0] != '\0' ? visit->asked.path : ".";
    visit->fd = open_beneath_file(visit->dir_fd, path, &visit->status, err);
    return visit->fd >= 0;
}

/* The hash of the file as it is at some moment of this request: 0, EAGAIN when there was no such moment, else why it
 * cannot be read, with err. A file that changes meanwhile is opened anew, since it may have been replaced;
 * visit->status is that of the content that was hashed. */
static int hash_now(struct visit *visit, unsigned char digest[DIGEST_MAX_SIZE], struct err *err)
{
    enum digest_algorithm algorithm = visit->asked.algorithm;
    for (int try = 0; try < TRIES; try++) {
        time_t began = time(NULL);
        if (!shared_folder_open_file(visit, err)) {
            return errno;
        }
        if (hash_cache_find(visit->directory->cache, &visit->status, algorithm, digest)) {
            return 0;
        }
        switch (content_hash(visit->fd, &visit->status, algorithm, digest, err)) {
        case CONTENT_HASHED:
            hash_cache_store(visit->directory->cache, &visit->status, algorithm, digest, began);
            return 0;
        case CONTENT_FAILED:
            return EIO;
        case CONTENT_CHANGED:
            break;
        }
    }
    return EAGAIN;
}

static void shared_folder_answer_file(const struct visit *visit, struct response *response, int status)
{
    struct err err = {0};
    response_empty(response, status);
    validators_add(response, &visit->status, time(NULL));
    response_header(response, "Accept-Ranges", "bytes"); /* from httpd, to a GET without a hash */
    if (status == 200 && response_start(response, visit->status.st_size) &&
        response_send_file(response, visit->fd, 0, visit->status.st_size, &err) == RESPONSE_CUT && !response->gone) {
        log_warn("the answer is cut", log_text("path", visit->asked.path), log_text("reason", err.text));
    }
}

static void answer_fault(const struct visit *visit, struct response *response, int errnum, const struct err *err)
{
    switch (errnum) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EINVAL:
    case ENAMETOOLONG:
    case ESTALE:
        response_text(response, 404, "no such file\n");
        break;
    case ELOOP: /* whoever made it wants to know why it does not work */
        log_warn("not served: a symbolic link is in the path", log_text("directory", visit->directory->path),
                 log_text("path", visit->asked.path));
        response_text(response, 404, "no such file\n");
        break;
    case EACCES:
    case EPERM:
        log_warn("not served: the rights forbid it", log_text("directory", visit->directory->path),
                 log_text("path", visit->asked.path));
        response_text(response, 403, "the relay may not read this file\n");
        break;
    default:
        log_error("shared folder", log_text("directory", visit->directory->path), log_text("reason", err->text));
        response_internal_error(response);
    }
}

static void shared_folder_answer_hash(struct visit *visit, struct response *response)
{
    unsigned char digest[DIGEST_MAX_SIZE];
    struct err err = {0};
    int fault = hash_now(visit, digest, &err);
    if (fault != 0 && fault != EAGAIN) {
        answer_fault(visit, response, fault, &err);
        return;
    }
    if (fault == EAGAIN) {
        log_warn("the file changes all the time, it counts as having another hash",
                 log_text("path", visit->asked.path));
    }
    size_t size = digest_algorithm_size(visit->asked.algorithm);
    shared_folder_answer_file(visit, response,
                              fault == 0 && memcmp(digest, visit->asked.digest, size) == 0 ? 304 : 200);
}

static void shared_folder_reply(struct visit *visit, const struct request *request, struct response *response)
{
    struct err err = {0};
    visit->dir_fd = open(visit->directory->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (visit->dir_fd < 0) {
        int errnum = errno;
        err_set_errno(&err, errnum, "%s", visit->directory->path);
        answer_fault(visit, response, errnum, &err);
    } else if (visit->asked.has_hash) {
        shared_folder_answer_hash(visit, response);
    } else if (shared_folder_open_file(visit, &err)) {
        shared_folder_answer_file(visit, response, validators_match(request, &visit->status) ? 304 : 200);
    } else {
        answer_fault(visit, response, errno, &err);
    }
}

void shared_folder_answer(void *state, struct request *request, struct response *response)
{
    struct visit visit = {.directory = state, .dir_fd = -1, .fd = -1};
    struct err err = {0};
    if (shared_folder_request_parse(&visit.asked, request->args[0], request_env(request, "QUERY_STRING"), &err)) {
        shared_folder_reply(&visit, request, response);
    } else {
        log_info("request refused", log_slice("path", request->args[0]), log_text("client", request_client(request)),
                 log_text("reason", err.text));
        response_text(response, 400, "%s\n", err.text);
    }
    close_file(&visit);
    if (visit.dir_fd >= 0) {
        close(visit.dir_fd);
    }
}
