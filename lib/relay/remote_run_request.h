/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * remote_run_request: what a remote-run is asked to do: PROTOCOL.md section 12.
 *
 * The form (application/x-www-form-urlencoded) has the fields `asynchronous` and `keep_output` (true or false,
 * default false), `conditions` or by its older name `classes` (comma-separated), `nodes` (comma-separated). Other
 * fields are ignored; if a field comes twice, the first counts; `conditions` wins over `classes`.
 *
 * Reasons in err are answers for the client, with the exact words of the protocol. What they quote of the form is
 * printable and not longer than a line.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"
#include "util/url_form.h"

enum {
    REMOTE_RUN_MAX_BODY = 1024 * 1024, /* bytes, as what follows */
    REMOTE_RUN_MAX_CONDITION = 1024,
    /* The conditions are one argument of a command, and Linux takes at most 128 KiB, the final NUL included. */
    REMOTE_RUN_MAX_CONDITIONS = 128 * 1024 - 1,
};

/* All zero bytes is a valid empty one. Texts belong to the form, or to whoever gave them. */
struct remote_run_request {
    bool asynchronous;
    bool keep_output;
    const char *conditions_name; /* the field that had them: "conditions" or "classes" */
    const char *conditions;      /* each one valid, commas between; "" for none */
    struct slice *nodes;         /* ascending, each once; any text */
    size_t node_count;
    struct url_form form;
};

/* All fields but `nodes`. False with err (400). */
bool remote_run_request_parse(struct remote_run_request *request, struct slice form, struct err *err);

/* Is each of them, commas between, what the protocol allows, and are they together no longer than an argument may be?
 * "": none, which is right. False with err (400). */
bool remote_run_request_conditions_valid(const char *list, struct err *err);

/* The ids in a comma-separated list, which stays the caller's: the `nodes` field after remote_run_request_parse when
 * list is NULL. False with err, `Missing nodes`, when there is none. */
bool remote_run_request_nodes(struct remote_run_request *request, const char *list, struct err *err);

void remote_run_request_free(struct remote_run_request *request);

/* Is this a list of conditions as the form has them, of an allowed length? May be empty. */
bool remote_run_conditions_valid(struct slice list);

/* The form that asks a relay for the same: for these nodes, or without `nodes` when count is 0. */
void remote_run_request_format(const struct remote_run_request *request, const struct slice *nodes, size_t count,
                               struct buffer *out);
