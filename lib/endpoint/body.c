/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/body.h"

#include <inttypes.h>

#include "util/clock.h"

enum { DRAIN_MS = 5000 };

/* What is wrong with the body after the last read returned `got`; NULL when nothing is. */
static const char *fault_of(const struct request *request, ssize_t got)
{
    if (got < 0) {
        return "the connection broke";
    }
    if (request->length >= 0 && request->body_read > request->length) {
        return "the body is longer than announced";
    }
    return got == 0 && request->body_read < request->length ? "the body ends too early" : NULL;
}

ssize_t body_read(struct request *request, char *into, size_t size, struct err *err)
{
    ssize_t got = -1;
    if (!request->body_failed) {
        got = request->read != NULL ? request->read(request->read_context, into, size) : 0;
        request->body_read += got > 0 ? got : 0;
    }
    const char *fault = fault_of(request, got);
    if (fault == NULL) {
        return got;
    }
    request->body_failed = true;
    err_set(err, "%s: %" PRId64 " of %" PRId64 " bytes came", fault, request->body_read, request->length);
    return -1;
}

void body_drain(struct request *request, int64_t limit)
{
    char ignored[8192];
    int64_t end = clock_ms() + DRAIN_MS;
    while (request->body_read < request->length && request->body_read < limit && clock_ms() < end) {
        if (body_read(request, ignored, sizeof ignored, NULL) <= 0) {
            break;
        }
    }
}

void body_give_up(struct request *request)
{
    request->body_failed = true;
}
