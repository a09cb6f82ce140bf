/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * log: one event, one line on standard error, for journald and for grep.
 *
 *     <6>upload: stored name="2018-...@root.log.gz" node=root queue_id=5F0C... bytes=2041
 *
 * The prefix is journald's priority (sd-daemon(3)); it is left out when standard error is a terminal. Values are made
 * printable and quoted where needed (util/printable.h), so outside input can neither break nor forge a line. A line is
 * one write(2): lines of several threads and processes do not mix. Lines are cut at 4096 bytes.
 *
 * The level and the filter are the process's, set once at start and again on reload; they are the only state here.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"
#include "util/slice.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG, LOG_LEVEL_TRACE };

enum log_field_kind { LOG_FIELD_END = 0, LOG_FIELD_TEXT, LOG_FIELD_NUMBER };

struct log_field {
    enum log_field_kind kind;
    const char *key;
    struct slice text;
    int64_t number;
};

static inline struct log_field log_text(const char *key, const char *value)
{
    return (struct log_field){LOG_FIELD_TEXT, key, slice_from_str(value ? value : ""), 0};
}

static inline struct log_field log_slice(const char *key, struct slice value)
{
    return (struct log_field){LOG_FIELD_TEXT, key, value, 0};
}

static inline struct log_field log_number(const char *key, int64_t value)
{
    return (struct log_field){LOG_FIELD_NUMBER, key, {NULL, 0}, value};
}

/* program: a word such as "upload"; it is not copied and must stay. Level until log_configure: info. */
void log_start(const char *program);

/* Leaves out the journald prefix even when standard error is not a terminal, for commands that people run. Call it
 * after log_start. */
void log_plain(void);

/* filter: "" or a comma-separated list of `component=level` that wins over level for that component (the source file's
 * LOG_COMPONENT, e.g. "report_db=debug"). On a malformed filter nothing changes and err says why. */
bool log_configure(enum log_level level, const char *filter, struct err *err);

/* Would log_configure take the filter? */
bool log_filter_check(const char *filter, struct err *err);

bool log_enabled(enum log_level level, const char *component);

/* fields ends with one of kind LOG_FIELD_END. Use the macros. */
void log_event(enum log_level level, const char *component, const char *message, const struct log_field *fields);

/* A source file defines LOG_COMPONENT before the first use, as its own name without ".c". */
#define LOG_AT(level, message, ...)                                                                                    \
    (log_enabled(level, LOG_COMPONENT)                                                                                 \
         ? log_event(level, LOG_COMPONENT, message, (const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){0}})         \
         : (void)0)
#define log_error(...) LOG_AT(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...) LOG_AT(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) LOG_AT(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) LOG_AT(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_trace(...) LOG_AT(LOG_LEVEL_TRACE, __VA_ARGS__)
