/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/file_answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/etag.h"
#include "util/http_date.h"
#include "util/http_range.h"
#include "util/log.h"

#define LOG_COMPONENT "file_answer"

enum { TAG_SIZE = 40 };

/* A whole file as a version. tag: size and time in microseconds, both in hex. */
static struct file_version version_of(const struct stat *status, char tag[TAG_SIZE])
{
    int64_t microseconds = (int64_t)status->st_mtim.tv_sec * 1000000 + status->st_mtim.tv_nsec / 1000;
    bool weak = time(NULL) <= status->st_mtim.tv_sec + 1;
    snprintf(tag, TAG_SIZE, "%s\"%" PRIx64 "-%" PRIx64 "\"", weak ? "W/" : "", (uint64_t)status->st_size,
             (uint64_t)microseconds);
    return (struct file_version){.tag = tag, .modified = status->st_mtim.tv_sec, .length = status->st_size};
}

/* Sets the status, and the headers that all answers have. */
static void begin_file_answer(struct response *response, int code, const struct file_version *version)
{
    char date[HTTP_DATE_SIZE];
    response_empty(response, code);
    response_header(response, "ETag", version->tag);
    if (http_date_format(date, version->modified)) {
        response_header(response, "Last-Modified", date);
    }
    response_header(response, "Accept-Ranges", "bytes");
}

/* Does the client want another version than this one? */
static bool client_wants_another(const struct request *request, const struct file_version *version)
{
    const char *tags = request_env(request, "HTTP_IF_MATCH");
    const char *date = request_env(request, "HTTP_IF_UNMODIFIED_SINCE");
    time_t since;
    if (tags != NULL) {
        return !etag_matched(slice_from_str(tags), slice_from_str(version->tag));
    }
    return date != NULL && http_date_parse(date, &since) && version->modified > since;
}

static bool client_has_it(const struct request *request, const struct file_version *version)
{
    const char *date = request_env(request, "HTTP_IF_MODIFIED_SINCE");
    if (request_env(request, "HTTP_IF_NONE_MATCH") != NULL) {
        return request_knows_tag(request, etag_strong(slice_from_str(version->tag)).at);
    }
    time_t since;
    return date != NULL && http_date_parse(date, &since) && version->modified <= since;
}

/* Does the Range header apply? A part is useful only to a client that has the rest of the same version, which If-Range
 * names. */
static bool range_counts(const struct request *request, const struct file_version *version)
{
    const char *wanted = request_env(request, "HTTP_IF_RANGE");
    time_t moment;
    if (strcmp(request->method, "GET") != 0 || (wanted != NULL && version->tag[0] == 'W')) {
        return false;
    }
    return wanted == NULL || strcmp(wanted, version->tag) == 0 ||
           (http_date_parse(wanted, &moment) && moment == version->modified);
}

static void answer_content(const struct request *request, struct response *response, int *fd,
                           const struct file_version *version)
{
    static const int codes[] = {[HTTP_RANGE_WHOLE] = 200, [HTTP_RANGE_PART] = 206, [HTTP_RANGE_OUTSIDE] = 416};
    const char *range = range_counts(request, version) ? request_env(request, "HTTP_RANGE") : NULL;
    char text[80];
    int64_t from, length;
    enum http_range kind = http_range_parse(range, version->length, &from, &length);
    begin_file_answer(response, codes[kind], version);
    if (kind == HTTP_RANGE_OUTSIDE) {
        snprintf(text, sizeof text, "bytes */%" PRId64, version->length);
        response_header(response, "Content-Range", text);
        return;
    }
    if (kind == HTTP_RANGE_PART) {
        snprintf(text, sizeof text, "bytes %" PRId64 "-%" PRId64 "/%" PRId64, from, from + length - 1, version->length);
        response_header(response, "Content-Range", text);
    }
    response_header(response, "Content-Type", "application/octet-stream");
    if (*fd >= 0) {
        response_attach(response, *fd, version->from + from, length);
        *fd = -1;
    }
}

void file_answer_version(const struct request *request, struct response *response, int *fd,
                         const struct file_version *version)
{
    if (client_wants_another(request, version)) {
        response_text(response, 412, "the file has changed\n");
    } else if (client_has_it(request, version)) {
        begin_file_answer(response, 304, version);
    } else {
        answer_content(request, response, fd, version);
    }
}

void file_answer_unchanged(struct response *response, const struct stat *status)
{
    char tag[TAG_SIZE];
    const struct file_version version = version_of(status, tag);
    begin_file_answer(response, 304, &version);
}

void file_answer_content(const struct request *request, struct response *response, int *fd, const struct stat *status)
{
    char tag[TAG_SIZE];
    const struct file_version version = version_of(status, tag);
    answer_content(request, response, fd, &version);
}

void file_answer(const struct request *request, struct response *response, int *fd, const struct stat *status)
{
    char tag[TAG_SIZE];
    const struct file_version version = version_of(status, tag);
    file_answer_version(request, response, fd, &version);
}

void file_answer_fault(const struct request_context *context, int errnum, const struct err *err)
{
    switch (errnum) {
    case ELOOP:
        log_warn("not served: a symbolic link is in the path", log_text("path", context->request->path.at));
        response_text(context->response, 404, "no such file\n");
        break;
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EINVAL:
    case EXDEV:
    case ENAMETOOLONG:
    case ESTALE:
        response_text(context->response, 404, "no such file\n");
        break;
    case EACCES:
    case EPERM:
        request_context_refuse(context, 403, "the relay may not read this file");
        break;
    default:
        request_context_fail(context, 500, err->text);
    }
}
