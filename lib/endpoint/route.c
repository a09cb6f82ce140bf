/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/route.h"

#include <stdbool.h>
#include <string.h>

/* Takes the text up to the next '/' or the end off the front. */
static struct slice next_segment(const char **at)
{
    struct slice segment = {*at, strcspn(*at, "/")};
    *at += segment.len;
    return segment;
}

static bool matches(const char *pattern, const char *path, struct slice *args)
{
    size_t count = 0;
    while (*pattern == '/' && *path == '/') {
        pattern++;
        path++;
        struct slice wanted = next_segment(&pattern);
        struct slice segment = next_segment(&path);
        if (slice_is(wanted, "*") && count < REQUEST_MAX_ARGS) {
            args[count++] = segment;
        } else if (!slice_equal(wanted, segment)) {
            return false;
        }
    }
    return *pattern == '\0' && *path == '\0';
}

void route_request(const struct route *routes, size_t count, void *state, struct request *request,
                   struct response *response)
{
    struct buffer allowed = {0};
    for (size_t i = 0; i < count; i++) {
        if (!matches(routes[i].pattern, buffer_text(&request->path), request->args)) {
            continue;
        }
        if (strcmp(routes[i].method, request->method) == 0) {
            routes[i].handler(state, request, response);
            goto out;
        }
        buffer_add_format(&allowed, "%s%s", allowed.len > 0 ? ", " : "", routes[i].method);
    }
    if (allowed.len > 0) {
        response_text(response, 405, "METHOD NOT ALLOWED");
        response_header(response, "Allow", buffer_text(&allowed));
    } else {
        response_text(response, 404, "NOT FOUND");
    }
out:
    buffer_free(&allowed);
}
