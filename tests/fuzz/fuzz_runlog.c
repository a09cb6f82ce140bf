/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The input's first line is the node id, the rest the run log. Only a valid id is taken: that of a real run comes from
 * run_info, which lets no other one through.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cli/runlog_json.h"
#include "fuzz/fuzz.h"
#include "relay/node_id.h"
#include "relay/report_db_binary.h"
#include "relay/runlog_parse.h"
#include "util/log.h"
#include "util/utf8.h"
#include "util/xmalloc.h"

static const struct runlog_limits limits = {.reports = 1000, .bytes = 1 << 20};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_clean(struct slice text)
{
    fuzz_require(text.at != NULL && utf8_clean_prefix(text.at, text.len) == text.len);
}

static void require_moment(const struct timestamp *timestamp)
{
    char text[TIMESTAMP_TEXT_SIZE];
    size_t len = timestamp_format(timestamp, text);
    struct timestamp again;
    fuzz_require(timestamp_parse_rfc3339(text, len, false, &again) && timestamp_compare(timestamp, &again) == 0);
}

static void require_report(const struct report *report)
{
    const struct report_origin *origin = report->origin;
    require_clean(report->event_type);
    require_clean(report->message);
    require_clean(origin->policy);
    require_clean(origin->rule_id);
    require_clean(origin->directive_id);
    require_clean(origin->report_id);
    require_clean(origin->component);
    require_clean(origin->key_value);
    fuzz_require(origin->rule_id.len > 0 && origin->directive_id.len > 0 && origin->report_id.len > 0 &&
            origin->component.len > 0 && origin->key_value.len > 0);
    require_moment(&report->executed);
    require_moment(&origin->start);
}

static void fuzz_runlog_require_sound(const struct runlog *runlog)
{
    fuzz_require(runlog->report_count > 0 && runlog->report_count <= limits.reports);
    fuzz_require(!runlog->complete || runlog->config_id.at != NULL);
    for (size_t i = 0; i < runlog->report_count; i++) {
        require_report(&runlog->reports[i]);
    }
}

/* The bytes that are limited are those that the database is sent. */
static void require_counted(const struct runlog *runlog, struct slice content)
{
    struct buffer rows = {0};
    for (size_t i = 0; i < runlog->report_count; i++) {
        report_db_binary_copy_row(&rows, 1, slice_from_str(runlog->info.node_id), &runlog->reports[i]);
    }
    fuzz_require(rows.len <= limits.bytes);
    struct runlog again = {.report_count = 0};
    struct runlog_limits tight = {.reports = runlog->report_count, .bytes = rows.len};
    fuzz_require(runlog_parse(&again, &runlog->info, content, &tight, NULL));
    runlog_clear(&again);
    tight.bytes--;
    fuzz_require(!runlog_parse(&again, &runlog->info, content, &tight, NULL));
    runlog_free(&again);
    buffer_free(&rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    log_configure(LOG_LEVEL_ERROR, "", NULL);
    const char *text = (const char *)data;
    const char *line_end = size > 0 ? memchr(text, '\n', size) : NULL;
    if (line_end == NULL || !node_id_valid(text, (size_t)(line_end - text))) {
        return 0;
    }
    struct run_info info = {.compression = COMPRESSION_NONE};
    memcpy(info.node_id, text, (size_t)(line_end - text));
    struct slice content = {line_end + 1, size - (size_t)(line_end + 1 - text)};
    struct runlog runlog = {.report_count = 0};
    struct err err = {""};
    if (runlog_parse(&runlog, &info, content, &limits, &err)) {
        fuzz_runlog_require_sound(&runlog);
        require_counted(&runlog, content);
        FILE *nowhere = fopen("/dev/null", "w");
        fuzz_require(nowhere != NULL && runlog_json_print(&runlog, nowhere));
        fclose(nowhere);
    } else {
        fuzz_require(err.text[0] != '\0' && runlog.report_count == 0);
    }
    runlog_free(&runlog);
    return 0;
}
