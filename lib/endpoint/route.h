/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * route: a program's table of methods and paths, and which handler answers a request.
 *
 * A pattern is compared with the whole path, segment by segment; `*` stands for one segment, an empty one too (its handler
 * says what is wrong with it), and what it matched is in request->args, in order: at most REQUEST_MAX_ARGS of them.
 */
#ifndef RELAY_ENDPOINT_ROUTE_H
#define RELAY_ENDPOINT_ROUTE_H

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

/* Calls the handler. 404 `NOT FOUND` for a path that no pattern has, 405 with Allow for a method that none has there. */
void route_request(const struct route *routes, size_t count, void *state, struct request *request,
                   struct response *response);

#endif
