/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/file_answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/http_date.h"
#include "util/http_range.h"
#include "util/log.h"

#define LOG_COMPONENT "file_answer"

enum { TAG_SIZE = 40 };

/* Size and time in microseconds, both in hex, with the quotation marks. */
static void print_tag(char tag[TAG_SIZE], const struct stat *status)
{
    int64_t microseconds = (int64_t)status->st_mtim.tv_sec * 1000000 + status->st_mtim.tv_nsec / 1000;
    snprintf(tag, TAG_SIZE, "\"%" PRIx64 "-%" PRIx64 "\"", (uint64_t)status->st_size, (uint64_t)microseconds);
}

static bool is_weak(const struct stat *status)
{
    return time(NULL) <= status->st_mtim.tv_sec + 1;
}

/* Sets the status, and the headers that all answers have. */
static void begin_file_answer(struct response *response, int code, const struct stat *status)
{
    char tag[TAG_SIZE], text[TAG_SIZE + 2];
    char date[HTTP_DATE_SIZE];
    print_tag(tag, status);
    snprintf(text, sizeof text, "%s%s", is_weak(status) ? "W/" : "", tag);
    response_empty(response, code);
    response_header(response, "ETag", text);
    if (http_date_format(date, status->st_mtim.tv_sec)) {
        response_header(response, "Last-Modified", date);
    }
    response_header(response, "Accept-Ranges", "bytes");
}

static bool client_has_it(const struct request *request, const struct stat *status)
{
    const char *date = request_env(request, "HTTP_IF_MODIFIED_SINCE");
    if (request_env(request, "HTTP_IF_NONE_MATCH") != NULL) {
        char tag[TAG_SIZE];
        print_tag(tag, status);
        return request_knows_tag(request, tag);
    }
    time_t since;
    return date != NULL && http_date_parse(date, &since) && status->st_mtim.tv_sec <= since;
}

/* Does the Range header apply? A part is useful only to a client that has the rest of the same version, which If-Range
 * names. */
static bool range_counts(const struct request *request, const struct stat *status)
{
    const char *version = request_env(request, "HTTP_IF_RANGE");
    char tag[TAG_SIZE];
    time_t moment;
    if (strcmp(request->method, "GET") != 0 || (version != NULL && is_weak(status))) {
        return false;
    }
    print_tag(tag, status);
    return version == NULL || strcmp(version, tag) == 0 ||
           (http_date_parse(version, &moment) && moment == status->st_mtim.tv_sec);
}

void file_answer_unchanged(struct response *response, const struct stat *status)
{
    begin_file_answer(response, 304, status);
}

void file_answer_content(const struct request *request, struct response *response, int *fd, const struct stat *status)
{
    static const int codes[] = {[HTTP_RANGE_WHOLE] = 200, [HTTP_RANGE_PART] = 206, [HTTP_RANGE_OUTSIDE] = 416};
    const char *range = range_counts(request, status) ? request_env(request, "HTTP_RANGE") : NULL;
    char text[80];
    int64_t from, length;
    enum http_range kind = http_range_parse(range, status->st_size, &from, &length);
    begin_file_answer(response, codes[kind], status);
    if (kind == HTTP_RANGE_OUTSIDE) {
        snprintf(text, sizeof text, "bytes */%" PRId64, (int64_t)status->st_size);
        response_header(response, "Content-Range", text);
        return;
    }
    if (kind == HTTP_RANGE_PART) {
        snprintf(text, sizeof text, "bytes %" PRId64 "-%" PRId64 "/%" PRId64, from, from + length - 1,
                 (int64_t)status->st_size);
        response_header(response, "Content-Range", text);
    }
    response_header(response, "Content-Type", "application/octet-stream");
    response_attach(response, *fd, from, length);
    *fd = -1;
}

void file_answer(const struct request *request, struct response *response, int *fd, const struct stat *status)
{
    if (client_has_it(request, status)) {
        file_answer_unchanged(response, status);
    } else {
        file_answer_content(request, response, fd, status);
    }
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
