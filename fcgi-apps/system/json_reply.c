/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/json_reply.h"

#include <stdlib.h>

#include "util/json_utf8.h"

static void json_reply_answer(struct response *response, int status, json_t *json)
{
    /* only ASCII: people read it with curl, and a terminal obeys U+202E and its like */
    char *text = json_dumps(json, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
    json_decref(json);
    if (text == NULL) {
        response_internal_error(response);
        return;
    }
    response_empty(response, status);
    response_header(response, "Content-Type", "application/json");
    buffer_add_text(&response->body, text);
    free(text);
}

void json_reply_success(struct response *response, const char *action, json_t *data)
{
    json_reply_answer(response, 200,
                      json_pack("{s:o*, s:s, s:s}", "data", data, "result", "success", "action", action));
}

void json_reply_error(struct response *response, const char *action, const char *details)
{
    json_reply_answer(response, 500,
                      json_pack("{s:s, s:s, s:o}", "result", "error", "action", action, "errorDetails",
                                json_utf8_new(details)));
}
