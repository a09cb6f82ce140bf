/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/runlog_json.h"

/* The bytes that may not, or had better not, stand as they are: controls for JSON's sake, DEL and C1 controls (two
 * bytes in UTF-8) for the terminal's. Returns how many bytes were written as an escape, 0 for none. */
static size_t print_escape(struct slice text, FILE *out)
{
    unsigned char first = (unsigned char)text.at[0];
    if (first == '"' || first == '\\') {
        fprintf(out, "\\%c", first);
        return 1;
    }
    if (first == '\n' || first == '\t') {
        fputs(first == '\n' ? "\\n" : "\\t", out);
        return 1;
    }
    if (first < 0x20 || first == 0x7f) {
        fprintf(out, "\\u%04x", first);
        return 1;
    }
    if (first == 0xc2 && text.len > 1 && (unsigned char)text.at[1] < 0xa0) {
        fprintf(out, "\\u%04x", (unsigned char)text.at[1]);
        return 2;
    }
    return 0;
}

static void print_string(struct slice text, FILE *out)
{
    putc('"', out);
    while (text.len > 0) {
        size_t taken = print_escape(text, out);
        if (taken == 0) {
            putc(text.at[0], out);
            taken = 1;
        }
        text.at += taken;
        text.len -= taken;
    }
    putc('"', out);
}

static void print_member(const char *name, struct slice value, FILE *out)
{
    fprintf(out, "      \"%s\": ", name);
    print_string(value, out);
    fputs(",\n", out);
}

static struct slice runlog_json_timestamp_text(const struct timestamp *timestamp, char text[TIMESTAMP_TEXT_SIZE])
{
    return (struct slice){text, timestamp_format(timestamp, text)};
}

static void print_report(const struct runlog *runlog, const struct report *report, FILE *out)
{
    const struct report_origin *origin = report->origin;
    char text[TIMESTAMP_TEXT_SIZE];
    fputs("    {\n", out);
    print_member("start_datetime", runlog_json_timestamp_text(&origin->start, text), out);
    print_member("rule_id", origin->rule_id, out);
    print_member("directive_id", origin->directive_id, out);
    print_member("component", origin->component, out);
    print_member("key_value", origin->key_value, out);
    print_member("event_type", report->event_type, out);
    print_member("msg", report->message, out);
    print_member("policy", origin->policy, out);
    print_member("node_id", slice_from_str(runlog->info.node_id), out);
    print_member("execution_datetime", runlog_json_timestamp_text(&report->executed, text), out);
    fputs("      \"report_id\": ", out);
    print_string(origin->report_id, out);
    fputs("\n    }", out);
}

bool runlog_json_print(const struct runlog *runlog, FILE *out)
{
    char text[TIMESTAMP_TEXT_SIZE];
    fputs("{\n  \"info\": {\n    \"node_id\": ", out);
    print_string(slice_from_str(runlog->info.node_id), out);
    fputs(",\n    \"timestamp\": ", out);
    print_string(runlog_json_timestamp_text(&runlog->info.timestamp, text), out);
    fputs("\n  },\n  \"config_id\": ", out);
    if (runlog->config_id.at != NULL) {
        print_string(runlog->config_id, out);
    } else {
        fputs("null", out);
    }
    fputs(",\n  \"reports\": [", out);
    for (size_t i = 0; i < runlog->report_count; i++) {
        fputs(i == 0 ? "\n" : ",\n", out);
        print_report(runlog, &runlog->reports[i], out);
    }
    fputs(runlog->report_count > 0 ? "\n  ]\n}\n" : "]\n}\n", out);
    return fflush(out) == 0 && ferror(out) == 0;
}
