/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upstream_answer.h"

#include <string.h>

enum { WAIT_MAX_MS = 300000 };

static enum upstream_disposition disposition_of_status(int status)
{
    switch (status) {
    case 201:
    case 204:
        return UPSTREAM_ACCEPTED;
    case 400:
    case 403:
    case 413:
    case 415:
    case 422:
        return UPSTREAM_REFUSED;
    case 401:
    case 407:
        return UPSTREAM_UNAUTHORIZED;
    case 429:
    case 503:
    case 507:
        return UPSTREAM_BUSY;
    default:
        return UPSTREAM_LATER;
    }
}

static enum upstream_disposition disposition_of(const struct http_result *result)
{
    switch (result->outcome) {
    case HTTP_ANSWERED:
        return disposition_of_status(result->status);
    case HTTP_UNREACHABLE:
    case HTTP_UNTRUSTED:
        return UPSTREAM_UNREACHABLE;
    case HTTP_ABANDONED:
        return UPSTREAM_LOCAL_ERROR;
    case HTTP_BROKEN:
        break;
    }
    return UPSTREAM_CONN_LOST;
}

static bool concerns_node(enum upstream_disposition disposition, const char *scope)
{
    return disposition == UPSTREAM_BUSY && strcmp(scope, "node") == 0;
}

static const char *login_hint(bool login)
{
    return login ? ": it does not take our user name and password"
                 : ": it does not know the certificate that we show (output.upstream.client_certificate_file), and "
                   "output.upstream has no password";
}

static const char *status_hint(int status, bool login)
{
    switch (status) {
    case 401:
        return login_hint(login);
    case 403:
        return ": it does not know the node, or does not let this server in";
    case 407:
        return ": the proxy wants to know who we are";
    case 413:
        return ": too large for it";
    case 507:
        return ": its disk is full";
    default:
        if (status >= 200 && status <= 299) {
            return ": who keeps a file says 201 or 204";
        }
        return status >= 300 && status <= 399 ? ": a redirect, which is not followed" : "";
    }
}

/* Words for a person, not a page or a status: at least one small letter, and no markup. */
static bool is_worded(struct slice line)
{
    bool small = false;
    for (size_t i = 0; i < line.len; i++) {
        small = small || (line.at[i] >= 'a' && line.at[i] <= 'z');
    }
    return small && line.at[0] != '<';
}

static void add_upstream_words(struct err *reason, struct slice body)
{
    slice_skip(&body, " \t\r\n");
    struct slice line = slice_take_until(&body, '\n');
    slice_take_end(&line, "\r");
    if (is_worded(line)) {
        const struct err before = *reason;
        err_set(reason, "%.*s", (int)line.len, line.at);
        err_prefix(reason, "%s; it says", before.text);
    }
}

void upstream_answer_read(struct upstream_answer *answer, const struct http_result *result, bool login)
{
    answer->disposition = disposition_of(result);
    answer->wait_ms = 0;
    if (concerns_node(answer->disposition, result->header)) {
        answer->disposition = UPSTREAM_NODE_BUSY;
    }
    if (result->outcome == HTTP_ANSWERED) {
        int64_t max_s = WAIT_MAX_MS / 1000;
        answer->wait_ms = (result->retry_after_s < max_s ? result->retry_after_s : max_s) * 1000;
        err_set(&answer->reason, "the upstream answered %d%s", result->status,
                answer->disposition == UPSTREAM_NODE_BUSY ? ": it has too many files of this node, or of this name"
                                                          : status_hint(result->status, login));
        if (result->status >= 400) {
            add_upstream_words(&answer->reason, result->skipped);
        }
    } else {
        err_set(&answer->reason, "%s", result->reason);
    }
}
