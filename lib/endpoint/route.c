/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/route.h"

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
        if (strcmp(pattern, "**") == 0 && count < REQUEST_MAX_ARGS) {
            args[count] = slice_from_str(path);
            return true;
        }
        struct slice wanted = next_segment(&pattern);
        struct slice segment = next_segment(&path);
        if (slice_eq_str(wanted, "*") && count < REQUEST_MAX_ARGS) {
            args[count++] = segment;
        } else if (!slice_eq(wanted, segment)) {
            return false;
        }
    }
    return *pattern == '\0' && *path == '\0';
}

/* The path to compare with patterns; NULL when it does not belong to this table. */
static const char *path_within(const struct route_table *routes, const char *path)
{
    static const char *const prefixes[] = {"/rudder/relay-api/1/", "/rudder/relay-api/", "/relay-api/"};
    if (!routes->relay_api) {
        return path;
    }
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t len = strlen(prefixes[i]);
        if (strncmp(path, prefixes[i], len) == 0) {
            return path + len - 1;
        }
    }
    return NULL;
}

void route_request(const struct route_table *routes, void *state, struct request *request, struct response *response)
{
    struct buffer allowed = {0};
    const char *path = path_within(routes, buffer_cstr(&request->path));
    for (const struct route *route = routes->at; path != NULL && route < routes->at + routes->count; route++) {
        if (!matches(route->pattern, path, request->args)) {
            continue;
        }
        if (strcmp(route->method, request->method) == 0) {
            route->handler(state, request, response);
            goto out;
        }
        buffer_add_format(&allowed, "%s%s", allowed.len > 0 ? ", " : "", route->method);
    }
    if (allowed.len > 0 && !routes->relay_api) {
        response_text(response, 405, "METHOD NOT ALLOWED");
        response_header(response, "Allow", buffer_cstr(&allowed));
    } else {
        response_text(response, 404, "NOT FOUND");
    }
out:
    buffer_free(&allowed);
}
