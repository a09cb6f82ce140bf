/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metrics/metrics_lines.h"

#include <stdlib.h>
#include <time.h>

#include "relay/relay_metrics_table.h"
#include "util/xmalloc.h"

enum { LINES = METRIC_BOUNDS + 3 }; /* lines of a series: the buckets, one of them infinite, the sum and the count */

/* The words of one series: its lines, each up to the number, one after the other. */
struct words {
    struct buffer text; /* empty until the series is printed for the first time */
    size_t end[LINES];
};

struct metrics_lines {
    struct buffer head[METRICS];
    struct words *words[METRICS]; /* one for each series */
};

static size_t series_count(const struct relay_metric_family *family)
{
    return relay_metric_label_count(&family->labels[0]) * relay_metric_label_count(&family->labels[1]);
}

void metrics_lines_head(struct buffer *out, const char *name, const char *type, const char *help)
{
    buffer_add_texts(out, (const char *const[]){"# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n", NULL});
}

struct metrics_lines *metrics_lines_new(void)
{
    static const char *const types[] = {"counter", "gauge", "gauge", "histogram", "histogram"};
    struct metrics_lines *lines = xcalloc(1, sizeof *lines);
    for (size_t metric = 0; metric < METRICS; metric++) {
        const struct relay_metric_family *family = relay_metrics_family((enum relay_metric)metric);
        metrics_lines_head(&lines->head[metric], family->name, types[family->type], family->help);
        lines->words[metric] = xcalloc(series_count(family), sizeof **lines->words);
    }
    return lines;
}

void metrics_lines_free(struct metrics_lines *lines)
{
    if (lines == NULL) {
        return;
    }
    for (size_t metric = 0; metric < METRICS; metric++) {
        size_t series = series_count(relay_metrics_family((enum relay_metric)metric));
        for (size_t i = 0; i < series; i++) {
            buffer_free(&lines->words[metric][i].text);
        }
        free(lines->words[metric]);
        buffer_free(&lines->head[metric]);
    }
    free(lines);
}

/* ---- words ---- */

/* Writes microseconds as seconds, without zeros at the end. */
static void add_in_unit(struct buffer *out, const struct relay_metric_family *family, uint64_t number)
{
    if (family->type != METRIC_HISTOGRAM_SECONDS) {
        buffer_add_number(out, number);
        return;
    }
    char decimals[] = ".000000";
    size_t len = 0; /* up to the last digit that is not 0 */
    uint64_t rest = number % 1000000;
    for (size_t at = 6; at > 0; at--) {
        decimals[at] = (char)('0' + rest % 10);
        len = len == 0 && rest % 10 != 0 ? at + 1 : len;
        rest /= 10;
    }
    buffer_add_number(out, number / 1000000);
    buffer_add(out, decimals, len);
}

/* `name="value",name="value"`, or nothing. */
static void add_labels(struct buffer *out, const struct relay_metric_family *family, size_t series)
{
    const struct relay_metric_label *labels = family->labels;
    size_t per_first = relay_metric_label_count(&labels[1]);
    const size_t chosen[METRIC_LABELS] = {series / per_first, series % per_first};
    for (size_t i = 0; i < METRIC_LABELS && labels[i].name != NULL; i++) {
        const char *const label[] = {i > 0 ? "," : "", labels[i].name, "=\"", labels[i].values[chosen[i]], "\"", NULL};
        buffer_add_texts(out, label);
    }
}

static void add_sample_words(struct buffer *out, const char *name, const char *suffix, struct slice labels)
{
    buffer_add_texts(out, (const char *const[]){name, suffix, labels.len > 0 ? "{" : " ", NULL});
    if (labels.len > 0) {
        buffer_add(out, labels.at, labels.len);
        buffer_add_text(out, "} ");
    }
}

static void add_bucket_words(struct buffer *out, const struct relay_metric_family *family, struct slice labels,
                             size_t bucket)
{
    buffer_add_texts(out, (const char *const[]){family->name, "_bucket{", NULL});
    buffer_add(out, labels.at, labels.len);
    buffer_add_text(out, labels.len > 0 ? ",le=\"" : "le=\"");
    if (bucket < family->bound_count) {
        add_in_unit(out, family, family->bounds[bucket]);
    } else {
        buffer_add_text(out, "+Inf");
    }
    buffer_add_text(out, "\"} ");
}

static void find_words(struct words *words, const struct relay_metric_family *family, size_t series)
{
    struct buffer labels = {0};
    struct buffer *text = &words->text;
    size_t line = 0;
    add_labels(&labels, family, series);
    if (relay_metric_is_histogram(family)) {
        for (; line <= family->bound_count; line++) {
            add_bucket_words(text, family, buffer_slice(&labels), line);
            words->end[line] = text->len;
        }
        add_sample_words(text, family->name, "_sum", buffer_slice(&labels));
        words->end[line++] = text->len;
    }
    add_sample_words(text, family->name, line > 0 ? "_count" : "", buffer_slice(&labels));
    words->end[line] = text->len;
    buffer_free(&labels);
}

/* ---- lines ---- */

static void add_words(struct buffer *out, const struct words *words, size_t line)
{
    size_t start = line > 0 ? words->end[line - 1] : 0;
    buffer_add(out, words->text.at + start, words->end[line] - start);
}

static void metrics_lines_add_line(struct buffer *out, const struct words *words, size_t line, uint64_t value)
{
    add_words(out, words, line);
    buffer_add_number(out, value);
    buffer_add(out, "\n", 1);
}

/* All figures are made from the buckets, so that they agree even if somebody counts meanwhile. */
static void add_histogram(struct buffer *out, const struct relay_state *state, const struct relay_metric_family *family,
                          const struct words *words, unsigned cell)
{
    size_t line = 0;
    uint64_t sum = relay_state_get(state, cell + (unsigned)family->bound_count + 1);
    uint64_t total = 0;
    for (; line <= family->bound_count; line++) {
        total += relay_state_get(state, cell + (unsigned)line);
        metrics_lines_add_line(out, words, line, total);
    }
    add_words(out, words, line++);
    add_in_unit(out, family, sum);
    buffer_add(out, "\n", 1);
    metrics_lines_add_line(out, words, line, total);
}

static void metrics_lines_add_number(struct buffer *out, const struct relay_metric_family *family,
                                     const struct words *words, uint64_t value)
{
    if (family->type == METRIC_AGE) {
        int64_t age = value != 0 ? time(NULL) - (int64_t)value : 0;
        value = age > 0 ? (uint64_t)age : 0;
    }
    metrics_lines_add_line(out, words, 0, value);
}

static bool has_counted(const struct relay_state *state, enum relay_metric metric)
{
    const struct relay_metric_family *family = relay_metrics_family(metric);
    return relay_state_any_nonzero(state, relay_metric_cell(metric, 0, 0),
                                   series_count(family) * relay_metric_series_cells(family));
}

static void add_family(struct metrics_lines *lines, const struct relay_state *state, enum relay_metric metric,
                       struct buffer *out)
{
    const struct relay_metric_family *family = relay_metrics_family(metric);
    size_t cells = relay_metric_series_cells(family);
    unsigned cell = relay_metric_cell(metric, 0, 0);
    bool sparse = family->sparse || (family->printed_with != NULL && !has_counted(state, *family->printed_with));
    buffer_add(out, lines->head[metric].at, lines->head[metric].len);
    for (size_t series = 0; series < series_count(family); series++, cell += (unsigned)cells) {
        struct words *words = &lines->words[metric][series];
        if (sparse && !relay_state_any_nonzero(state, cell, cells)) {
            continue;
        }
        if (words->text.len == 0) {
            find_words(words, family, series);
        }
        if (relay_metric_is_histogram(family)) {
            add_histogram(out, state, family, words, cell);
        } else {
            metrics_lines_add_number(out, family, words, relay_state_get(state, cell));
        }
    }
}

void metrics_lines_add(struct metrics_lines *lines, const struct relay_state *state, struct buffer *out)
{
    for (size_t metric = 0; metric < METRICS; metric++) {
        add_family(lines, state, (enum relay_metric)metric, out);
    }
}
