/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * file_answer: answers a GET or HEAD with a regular file: validators, conditions, one range.
 *
 * Source: RFC 9110 sections 8.8, 13 and 14. ETag and Last-Modified are made as httpd makes them (FileETag MTime Size),
 * so that a client that has a copy from httpd itself need not fetch it again. A file written within the last second has
 * a weak tag, because it may change again without a change of its time. If-Match counts and, without it,
 * If-Unmodified-Since; then If-None-Match and, without it, If-Modified-Since. A malformed date counts as absent.
 */
#pragma once

#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

#include "endpoint/request_context.h"

/* A content and what tells it from others. */
struct file_version {
    const char *tag; /* with its quotation marks and, if it is weak, its W/ */
    time_t modified;
    off_t from;     /* where in the file it begins */
    int64_t length; /* bytes */
};

/* Answers 412, 304, 200, 206 or 416, according to the request's conditions and Range. *fd: a file to be sent is
 * attached to the response, which then owns the descriptor; *fd becomes -1. It may be -1 before, for a HEAD. */
void file_answer_version(const struct request *request, struct response *response, int *fd,
                         const struct file_version *version);

/* The same with a whole file. status: of *fd, by fstat. */
void file_answer(const struct request *request, struct response *response, int *fd, const struct stat *status);

/* Answers 304, whatever the request's conditions say. */
void file_answer_unchanged(struct response *response, const struct stat *status);

/* Answers 200, 206 or 416, whatever the request's conditions say; otherwise like file_answer. */
void file_answer_content(const struct request *request, struct response *response, int *fd, const struct stat *status);

/* Answers when open_beneath_file failed with errnum. 404 when the file does not exist, is not a regular file, or is
 * behind a symbolic link; a link is logged, so that its author can find out why it does not work. 403 when this program
 * may not read it. 500 for anything else, with err in the log. */
void file_answer_fault(const struct request_context *context, int errnum, const struct err *err);
