/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * route: finds the handler for a request in a program's table of methods and paths.
 *
 * A pattern is compared with the whole path, segment by segment; `*` stands for one segment, which may be empty (the
 * handler then refuses it), and `**`, as the last segment, for the rest of the path, including slashes. The matched
 * texts are in request->args, in order, at most REQUEST_MAX_ARGS of them.
 *
 * The relay API (PROTOCOL.md section 9) is at /rudder/relay-api/1/ and, without the version, at /rudder/relay-api/;
 * patterns are written without either. Stock relays ask for shared files at //relay-api/, which httpd turns into
 * /relay-api/ (section 11); it allows nothing else there.
 */
#pragma once

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
    bool relay_api; /* the paths begin like those of the relay API */
};

/* Calls the handler. A path without a pattern gets 404 `NOT FOUND`. A method that no pattern has for the path gets 405
 * with Allow, or 404 in the relay API. */
void route_request(const struct route_table *routes, void *state, struct request *request, struct response *response);
