/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/body.h"

#include <inttypes.h>

bool body_check_length(const struct request *request, int64_t limit, struct response *response)
{
    if (request->length == REQUEST_LENGTH_ABSENT) {
        response_text(response, 411, "a Content-Length is needed\n");
        return false;
    }
    if (request->length < 0) {
        response_text(response, 400, "malformed Content-Length\n");
        return false;
    }
    if (request->length > limit) {
        response_text(response, 413, "%" PRId64 " bytes are more than the limit of %" PRId64 "\n", request->length, limit);
        return false;
    }
    return true;
}

ssize_t body_read(struct request *request, char *into, size_t size, struct err *err)
{
    ssize_t got = -1;
    if (!request->body_failed) {
        got = request->read != NULL ? request->read(request->read_context, into, size) : 0;
    }
    if (got > 0) {
        request->body_read += got;
    }
    bool too_long = request->length >= 0 && request->body_read > request->length;
    bool too_short = got == 0 && request->body_read < request->length;
    if (got >= 0 && !too_long && !too_short) {
        return got;
    }
    request->body_failed = true;
    err_set(err, "the body %s after %" PRId64 " of %" PRId64 " bytes", too_long ? "goes on" : "ends", request->body_read,
            request->length);
    return -1;
}

void body_drain(struct request *request, int64_t limit)
{
    char ignored[8192];
    while (request->body_read < request->length && request->body_read < limit) {
        if (body_read(request, ignored, sizeof ignored, NULL) <= 0) {
            break;
        }
    }
}
