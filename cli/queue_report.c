/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "queue_report.h"

#include <string.h>

#include "util/byte_size.h"
#include "util/duration.h"
#include "util/printable.h"

enum { NAME_SIZE = 1024 };

static void print_sum(const struct queue_directory *directory, int64_t now, int width, FILE *out)
{
    char size[BYTE_SIZE_TEXT_SIZE];
    char age[DURATION_TEXT_SIZE] = "-";
    byte_size_format((int64_t)directory->list.sum.bytes, size);
    if (directory->list.sum.files > 0) {
        duration_format(now - directory->list.sum.oldest, age);
    }
    fprintf(out, "%-*s  %-7s  %8zu  %10s  %10s\n", width, directory->path, directory->failed ? "failed" : "waiting",
            directory->list.sum.files, size, age);
}

static int printed_name(const struct queue_file *file, char out[NAME_SIZE])
{
    return (int)printable_copy(out, NAME_SIZE, file->name, strlen(file->name));
}

/* The width of the column of names: enough for usual names. A longer name moves only its own reason to the right. */
static int name_width(const struct queue_list *list)
{
    const int usual = 80;
    int width = 0;
    char name[NAME_SIZE];
    for (size_t i = 0; i < list->kept_count; i++) {
        int len = printed_name(&list->kept[i], name);
        width = len > width ? len : width;
    }
    return width < usual ? width : usual;
}

static void print_file(const struct queue_directory *directory, const struct queue_file *file, int64_t now, int width,
                       FILE *out)
{
    char name[NAME_SIZE];
    char size[BYTE_SIZE_TEXT_SIZE];
    char age[DURATION_TEXT_SIZE];
    struct err reason = {""};
    byte_size_format(file->size, size);
    duration_format(now - file->mtime, age);
    printed_name(file, name);
    if (directory->failed) {
        spool_reason(directory->spool, file->name, &reason);
    }
    if (reason.text[0] != '\0') {
        fprintf(out, "  %10s  %10s  %-*s  %s\n", age, size, width, name, reason.text);
    } else {
        fprintf(out, "  %10s  %10s  %s\n", age, size, name);
    }
}

static void print_files(const struct queue_directory *directory, int64_t now, FILE *out)
{
    int width = name_width(&directory->list);
    size_t hidden = directory->list.sum.files - directory->list.kept_count;
    fprintf(out, "\n%s, newest first:\n", directory->path);
    for (size_t i = 0; i < directory->list.kept_count; i++) {
        print_file(directory, &directory->list.kept[i], now, width, out);
    }
    if (hidden > 0) {
        fprintf(out, "  ... and %zu more (--all shows them)\n", hidden);
    }
}

void queue_report_print(const struct queue_report *report, FILE *out)
{
    int width = (int)strlen("DIRECTORY");
    for (size_t i = 0; i < report->count; i++) {
        int len = (int)strlen(report->directories[i].path);
        width = len > width ? len : width;
    }
    fprintf(out, "%-*s  %-7s  %8s  %10s  %10s\n", width, "DIRECTORY", "STATE", "FILES", "SIZE", "OLDEST");
    for (size_t i = 0; i < report->count; i++) {
        print_sum(&report->directories[i], report->now, width, out);
    }
    for (size_t i = 0; i < report->count; i++) {
        if (report->directories[i].list.kept_count > 0) {
            print_files(&report->directories[i], report->now, out);
        }
    }
}
