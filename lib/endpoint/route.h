/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * route: a program's table of methods and paths, and which handler answers a request.
 *
 * A pattern is compared with the whole path, segment by segment; `*` stands for one segment, an empty one too (its
 * handler says what is wrong with it), and `**`, as the last segment, for all that is left, slashes included. What they
 * matched is in request->args, in order: at most REQUEST_MAX_ARGS of them.
 *
 * The relay API (PROTOCOL.md section 9) stands at /rudder/relay-api/1/ and, without the version, at /rudder/relay-api/;
 * patterns are written without either. Stock relays ask for shared files at //relay-api/, which httpd makes /relay-api/
 * (section 11); it lets through nothing else there.
 */
#ifndef RELAY_ENDPOINT_ROUTE_H
#define RELAY_ENDPOINT_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "endpoint/request.h"
#include "endpoint/response.h"

/* state is what the program's start returned. The handler fills in the response and logs what happened. */
typedef void route_handler(void *state, struct request *request, struct response *response);

struct route {
    const char *method;
    const char *pattern;
    route_handler *handler;
};

struct route_table {
    const struct route *at;
    size_t count;
    bool relay_api; /* the paths begin as the relay API's do */
};

/* Calls the handler. 404 `NOT FOUND` for a path that no pattern has; for a method that none has there 405 with Allow,
 * in the relay API 404, too. */
void route_request(const struct route_table *routes, void *state, struct request *request, struct response *response);

#endif
