/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "runlog_json.h"

#include "util/utf8.h"
#include "util/utf8_invisible.h"

static void print_code_point(uint32_t code, FILE *out)
{
    if (code > 0xffff) {
        fprintf(out, "\\u%04x", 0xd800 + ((code - 0x10000) >> 10));
        code = 0xdc00 + (code & 0x3ff);
    }
    fprintf(out, "\\u%04x", code);
}

/* Prints one character, of one byte or more, and returns how many. Invisible characters are escaped, because JSON
 * requires it or to protect the terminal. */
static size_t print_character(struct slice text, FILE *out)
{
    const unsigned char *at = (const unsigned char *)text.at;
    size_t bad;
    size_t len = utf8_sequence(at, text.len, &bad); /* never 0: it is well-formed */
    if (*at == '"' || *at == '\\') {
        fprintf(out, "\\%c", *at);
    } else if (*at == '\n' || *at == '\t') {
        fputs(*at == '\n' ? "\\n" : "\\t", out);
    } else if (utf8_invisible(at, len)) {
        print_code_point(utf8_code_point(at, len), out);
    } else {
        fwrite(at, 1, len, out);
    }
    return len;
}

static void print_string(struct slice text, FILE *out)
{
    putc('"', out);
    while (text.len > 0) {
        size_t len = print_character(text, out);
        text.at += len;
        text.len -= len;
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
