/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queue_report.h"

#include "util/json_utf8.h"

static json_t *json_file(const struct queue_directory *directory, const struct queue_file *file, int64_t now)
{
    json_t *json = json_pack("{s:o, s:I, s:I}", "name", json_utf8_new(file->name), "bytes", (json_int_t)file->size,
                             "age_seconds", (json_int_t)(now - file->mtime));
    if (directory->failed) {
        struct err reason;
        spool_reason(directory->spool, file->name, &reason);
        json_object_set_new(json, "reason", json_utf8_new(reason.text));
    }
    return json;
}

static json_t *json_directory(const struct queue_directory *directory, int64_t now)
{
    const struct queue_list *list = &directory->list;
    json_t *files = json_array();
    for (size_t i = 0; i < list->kept_count; i++) {
        json_array_append_new(files, json_file(directory, &list->kept[i], now));
    }
    return json_pack("{s:o, s:s, s:I, s:I, s:o, s:o}", "path", json_utf8_new(directory->path), "state",
                     directory->failed ? "failed" : "waiting", "files", (json_int_t)list->sum.files, "bytes",
                     (json_int_t)list->sum.bytes, "oldest_seconds",
                     list->sum.files > 0 ? json_integer(now - list->sum.oldest) : json_null(), "newest", files);
}

void queue_report_print_json(const struct queue_report *report, FILE *out)
{
    json_t *directories = json_array();
    for (size_t i = 0; i < report->count; i++) {
        json_array_append_new(directories, json_directory(&report->directories[i], report->now));
    }
    json_t *json = json_pack("{s:o}", "folders", directories);
    json_dumpf(json, out, JSON_INDENT(2) | JSON_ENSURE_ASCII); /* ASCII only: a terminal obeys some other characters */
    fputc('\n', out);
    json_decref(json);
}
