/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * file_answer: a regular file as the answer to a GET or HEAD: validators, conditions, one range.
 *
 * Source: RFC 9110 sections 8.8, 13 and 14. ETag and Last-Modified are made as httpd makes them (FileETag MTime Size),
 * so that a client that has a copy from httpd itself need not fetch it again. A file that was written within the last
 * second has a weak tag, since it may change once more within what a time can tell. Nothing is changed here, so only
 * If-None-Match and, without it, If-Modified-Since count; a date that is none counts as absent.
 */
#ifndef RELAY_ENDPOINT_FILE_ANSWER_H
#define RELAY_ENDPOINT_FILE_ANSWER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "endpoint/request_context.h"

/* 304, 200, 206 or 416, as the request's conditions and Range say. status: of *fd, by fstat. What is to be sent is
 * attached to the response: then *fd belongs to that and becomes -1. */
void file_answer(const struct request *request, struct response *response, int *fd, const struct stat *status);

/* 304, whatever the request's conditions say. */
void file_answer_unchanged(struct response *response, const struct stat *status);

/* 200, 206 or 416, whatever the request's conditions say; otherwise as file_answer. */
void file_answer_content(const struct request *request, struct response *response, int *fd, const struct stat *status);

/* errnum: why open_beneath_file did not open what was asked for. 404 for what is not there or no regular file or behind
 * a symbolic link, which the log says, since whoever made the link wants to know why it does not work; 403 for what
 * this program may not read; 500 for anything else, with err in the log. */
void file_answer_fault(const struct request_context *context, int errnum, const struct err *err);

#endif
