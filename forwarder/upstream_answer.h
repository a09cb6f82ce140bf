/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * upstream_answer: what the upstream's answer to a file means for this file and for the others.
 *
 * Source: PROTOCOL.md section 14. 201 and 204 mean that the upstream has the file. 400, 403, 413, 415 and 422 are
 * final: it will never accept this file. After anything else the file is tried again: another 2xx, which may come from
 * a proxy in between, 401, 404, 407, 408, 429, 5xx, redirects, unknown codes, and no answer at all.
 *
 * 429, 503 and 507 are about all files of the kind, unless the answer has the header `Rudder-Relay-Scope: node`: then a
 * server of ours says that it has too much of this node, or of this name.
 *
 * The body of a refusal is a line of text that says why: it becomes a part of the reason. A page of HTML does not, nor
 * do words in capitals, which is how httpd spells the status.
 */
#pragma once

#include <stdint.h>

#include "util/err.h"
#include "util/http_client.h"

enum upstream_disposition {
    UPSTREAM_ACCEPTED,     /* the upstream has the file */
    UPSTREAM_REFUSED,      /* it will never accept this file */
    UPSTREAM_LATER,        /* not now, because of this file or of all files of its kind */
    UPSTREAM_BUSY,         /* it accepts no file of this kind now */
    UPSTREAM_NODE_BUSY,    /* it accepts no file of this node now, but those of others */
    UPSTREAM_UNAUTHORIZED, /* it does not accept our user and password, or our certificate */
    UPSTREAM_OLD_LOGIN,    /* the same, but the password has changed since (upstream_transfer finds this out) */
    UPSTREAM_CONN_LOST,    /* the connection broke, perhaps because of this file */
    UPSTREAM_UNREACHABLE,  /* there was no connection, or the server is not who it should be */
    UPSTREAM_LOCAL_ERROR,  /* our own file could not be read to its end */
};

struct upstream_answer {
    enum upstream_disposition disposition;
    int64_t wait_ms;   /* as Retry-After asks, but five minutes at most; 0 without it */
    struct err reason; /* not with UPSTREAM_ACCEPTED */
};

/* The header of the answer that the result must have: see http_request. */
#define UPSTREAM_ANSWER_HEADER "Rudder-Relay-Scope"

/* login: whether the request had a user name and a password; else our certificate was all that it went by. */
void upstream_answer_read(struct upstream_answer *answer, const struct http_result *result, bool login);
