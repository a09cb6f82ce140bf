/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_told: a run log parsed and told in few words, for tests to compare: a line a report, `event
 * type|component|key| message`, with ~ for each LF in a field.
 */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "relay/runlog_parse.h"
#include "support/suite.h"
#include "util/buffer.h"

#define NODE "e745a140-40bc-4b86-b6dc-084488fc906b"
#define TS "2018-08-24T15:55:02+00:00 "
#define START "2018-08-24 15:55:01+00:00"
#define END_OF(node) "@@" START "##" node "@#"
#define BEGIN "R: @@Common@@result_success@@rule@@directive@@0@@"
/* A report from its component to its message. */
#define REPORT(component, key, message) TS BEGIN component "@@" key END_OF(NODE) message "\n"

static const struct runlog_limits told_limits = {.reports = 1000000, .bytes = SIZE_MAX};

static inline struct run_info told_info(void)
{
    const char name[] = "2018-08-24T15:55:01+00:00@" NODE ".log";
    struct run_info info;
    ck_assert(run_info_parse(name, sizeof name - 1, &info, NULL));
    return info;
}

static inline void told_add(struct buffer *out, struct slice field, char end)
{
    char *at = buffer_reserve(out, field.len + 1);
    for (size_t i = 0; i < field.len; i++) {
        at[i] = field.at[i] == '\n' ? '~' : field.at[i];
    }
    at[field.len] = end;
    out->len += field.len + 1;
}

/* The content is copied to where nothing follows it, for the sanitizers to see a read behind its end. */
static inline bool told_parse(struct runlog *runlog, const char *content, size_t len, char **copy, struct err *err)
{
    struct run_info info = told_info();
    *copy = memcpy(malloc(len > 0 ? len : 1), content, len);
    return runlog_parse(runlog, &info, (struct slice){*copy, len}, &told_limits, err);
}

static inline void told_check(const char *content, size_t len, const char *expected, size_t dropped, int line)
{
    struct runlog runlog = {.report_count = 0};
    struct buffer out = {0};
    struct err err = {""};
    char *copy;
    ck_assert_msg(told_parse(&runlog, content, len, &copy, &err), "line %d: %s", line, err.text);
    for (size_t i = 0; i < runlog.report_count; i++) {
        const struct report *report = &runlog.reports[i];
        told_add(&out, report->event_type, '|');
        told_add(&out, report->origin->component, '|');
        told_add(&out, report->origin->key_value, '|');
        told_add(&out, report->message, '\n');
    }
    ck_assert_msg(strcmp(buffer_cstr(&out), expected) == 0, "line %d:\n%s", line, buffer_cstr(&out));
    ck_assert_msg(runlog.dropped == dropped, "line %d: dropped %zu", line, runlog.dropped);
    buffer_free(&out);
    runlog_free(&runlog);
    free(copy);
}

/* content: a literal, NUL bytes and all. */
#define TOLD(content, expected, dropped) told_check(content, sizeof content - 1, expected, dropped, __LINE__)

static inline void told_check_refusal(const char *content, size_t len, const char *const *words, int line)
{
    struct runlog runlog = {.report_count = 0};
    struct err err = {""};
    char *copy;
    ck_assert_msg(!told_parse(&runlog, content, len, &copy, &err), "line %d", line);
    for (; *words != NULL; words++) {
        ck_assert_msg(strstr(err.text, *words) != NULL, "line %d: %s", line, err.text);
    }
    ck_assert_uint_eq(runlog.report_count, 0);
    runlog_free(&runlog);
    free(copy);
}

/* Refused, and the reason has these words. */
#define REFUSED(content, ...)                                                                                          \
    told_check_refusal(content, sizeof content - 1, (const char *const[]){__VA_ARGS__, NULL}, __LINE__)
