/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * json_reply: the JSON that the system endpoints answer with (PROTOCOL.md section 9): {"data", "result", "action",
 * "errorDetails"}, compact, in this order, absent members left out.
 */
#pragma once

#include <jansson.h>

#include "endpoint/response.h"

/* 200. data is the answer's from here on; NULL: none. */
void json_reply_success(struct response *response, const char *action, json_t *data);

/* 500 with a reason for whoever called, who is on this machine: printable, no secrets. */
void json_reply_error(struct response *response, const char *action, const char *details);
