/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "refusals.h"

#include "util/clock.h"
#include "util/log.h"

#define LOG_COMPONENT "refusals"

enum { TELL_EVERY_MS = 60000 };

static const char *const refusal_messages[RELAY_SYSLOG_LINE_RESULTS] = {
    [RELAY_SYSLOG_LINE_LATE] = "messages left out: their run was ended before",
    [RELAY_SYSLOG_LINE_NETWORK] = "messages left out: their sender's address is not in syslog.networks",
    [RELAY_SYSLOG_LINE_NODE] = "messages left out: their node is not in syslog.nodes",
    [RELAY_SYSLOG_LINE_BROKEN] = "messages left out: they are no reports",
    [RELAY_SYSLOG_LINE_LIMIT] = "messages left out: beyond a limit of syslog for a run or a node",
};

void refusals_add(struct refusals *refusals, enum relay_syslog_line result, const char *what)
{
    struct refusal *refusal = &refusals->each[result];
    if (refusal->lines++ == 0) {
        err_set(&refusal->example, "%s", what);
    }
}

void refusals_tell(struct refusals *refusals, int64_t now_ms, int64_t *next_ms)
{
    for (size_t i = 0; i < RELAY_SYSLOG_LINE_RESULTS; i++) {
        struct refusal *refusal = &refusals->each[i];
        if (refusal->lines == 0 || refusal_messages[i] == NULL) {
            continue;
        }
        if (refusal->told_ms != 0 && now_ms - refusal->told_ms < TELL_EVERY_MS) {
            *next_ms = clock_earlier(*next_ms, refusal->told_ms + TELL_EVERY_MS);
            continue;
        }
        log_warn(refusal_messages[i], log_number("messages", (int64_t)refusal->lines),
                 log_text("example", refusal->example.text));
        refusal->lines = 0;
        refusal->told_ms = now_ms;
    }
}
