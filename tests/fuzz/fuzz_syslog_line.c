/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz_syslog_line: a line as rsyslog hands it on (syslog/syslog_line.h), or a message (relay/runlog_message.h). What
 * is taken as a report is exactly one for the parser of run logs, and of the same node.
 */
#include <stdint.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "relay/runlog_parse.h"
#include "syslog/runlog_message.h"
#include "syslog/syslog_line.h"
#include "util/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_message(struct slice message, const char *time)
{
    const struct runlog_limits limits = {10, 10 << 20};
    struct runlog_message report;
    struct buffer text = {0};
    struct err err = {""};
    if (runlog_message_read(message, slice_from_str(time), &report, &text, &err)) {
        struct run_info info = {.timestamp = report.start};
        struct runlog runlog = {0};
        memcpy(info.node_id, report.node_id, sizeof info.node_id);
        if (runlog_parse(&runlog, &info, buffer_slice(&text), &limits, &err)) {
            fuzz_require(runlog.report_count == 1);
        }
        runlog_free(&runlog);
    } else {
        fuzz_require(err.text[0] != '\0' && text.len == 0);
    }
    buffer_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = {(const char *)data, size};
    struct syslog_line line = {0};
    struct err err = {""};
    log_configure(LOG_LEVEL_ERROR, "", NULL);
    if (syslog_line_read(&line, input, &err)) {
        fuzz_require(line.id[0] != '\0' && strlen(line.id) < SYSLOG_ID_SIZE);
        try_message(buffer_slice(&line.message), line.time);
    } else {
        fuzz_require(err.text[0] != '\0');
    }
    if (memchr(data, '\0', size) == NULL) {
        try_message(input, "2026-11-29T08:00:00+00:00");
    }
    syslog_line_free(&line);
    return 0;
}
