/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * upstream_answer: what the upstream's answer to a file means for this file, and for the others.
 *
 * Source: PROTOCOL.md section 14. Done is a 2xx. Final for the file are 400, 403, 413, 415 and 422. Everything else
 * passes: 401, 404, 407, 408, 429, 5xx, redirects, whatever else there is, and all that ends without an answer.
 */
#ifndef RELAY_FORWARDER_UPSTREAM_ANSWER_H
#define RELAY_FORWARDER_UPSTREAM_ANSWER_H

#include <stdint.h>

#include "util/err.h"
#include "util/http_client.h"

enum upstream_meaning {
    UPSTREAM_TAKEN,       /* the upstream has it */
    UPSTREAM_REFUSED,     /* it never will, this file */
    UPSTREAM_LATER,       /* not now, and it may be this file, or all that go to the same folder */
    UPSTREAM_BUSY,        /* not now, nothing that goes to the same folder */
    UPSTREAM_LOCKED,      /* nor as long as it does not know our user and password */
    UPSTREAM_BROKEN_OFF,  /* a connection that did not last, perhaps because of this file */
    UPSTREAM_UNREACHABLE, /* no connection, or not with whom it should be */
    UPSTREAM_UNREAD,      /* our own file could not be read to its end */
};

struct upstream_answer {
    enum upstream_meaning meaning;
    int64_t wait_ms;   /* as it asks for, within reason; 0: it does not */
    struct err reason; /* but for UPSTREAM_TAKEN */
};

void upstream_answer_read(struct upstream_answer *answer, const struct http_result *result);

#endif
