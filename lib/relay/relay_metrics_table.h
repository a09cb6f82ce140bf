/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relay_metrics_table: the metric families, their labels, and which cells of relay_state they count in.
 *
 * A family has one series for each combination of its label values. A series is one cell; a series of a histogram is
 * one cell for each bucket, one for values above the last bound, and one for the sum. Cells are in the order of the
 * table.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/relay_metrics.h"

enum relay_metric {
    METRIC_REPORTS,
    METRIC_INVENTORIES,
    METRIC_MESSAGES,
    METRIC_REPORT_SECONDS,
    METRIC_REPORT_BYTES,
    METRIC_UPLOADS,
    METRIC_UPLOAD_BYTES,
    METRIC_REQUEST_SECONDS,
    METRIC_RETRIES,
    METRIC_DUPLICATES,
    METRIC_WITHOUT_CONFIG_ID,
    METRIC_FAILED_REMOVED,
    METRIC_SPOOL_FILES,
    METRIC_SPOOL_BYTES,
    METRIC_SPOOL_OLDEST,
    METRIC_SPOOL_CHECKED,
    METRIC_POLICY_FETCHES,
    METRIC_POLICY_STALE,
    METRIC_POLICY_FAILING_SINCE,
    METRIC_POLICY_LAST_FAILURE,
    METRIC_HUB_WAITING,
    METRIC_HUB_SILENT,
    METRIC_HUB_VANISHED,
    METRIC_HUB_TURNED_AWAY,
    METRIC_HUB_OPEN_ORDERS,
    METRIC_HUB_ORDERS,
    METRIC_HUB_CHECKED,
    METRIC_VIRTUAL_NODES,
    METRIC_VIRTUAL_RUNS,
    METRIC_VIRTUAL_CHECKED,
    METRIC_SYSLOG_LINES,
    METRIC_SYSLOG_GATHERED,
    METRIC_SYSLOG_UNDERWAY,
    METRIC_SYSLOG_DUE,
    METRIC_SYSLOG_RUNS,
    METRIC_SYSLOG_RETRIES,
    METRIC_SYSLOG_FILES, /* these four in the order of METRIC_SPOOL_* */
    METRIC_SYSLOG_BYTES,
    METRIC_SYSLOG_OLDEST,
    METRIC_SYSLOG_CHECKED,
    METRICS
};

enum relay_metric_type {
    METRIC_COUNTER,
    METRIC_GAUGE,
    METRIC_AGE,               /* a gauge: the cell holds a moment, the metric is how many seconds ago it was */
    METRIC_HISTOGRAM_SECONDS, /* counted in microseconds */
    METRIC_HISTOGRAM,
};

enum { METRIC_LABELS = 2, METRIC_BOUNDS = 13 /* at most */ };

struct relay_metric_label {
    const char *name; /* NULL: there is none */
    const char *const *values;
    size_t count;
};

struct relay_metric_family {
    const char *name;
    enum relay_metric_type type;
    const char *help;
    struct relay_metric_label labels[METRIC_LABELS];
    const uint64_t *bounds; /* inclusive upper bounds of a histogram's buckets, ascending, without infinity */
    size_t bound_count;
    bool sparse; /* a series is printed only once it has counted something: most never will */
    /* Those of a program that may not be there are sparse until this family has counted, which says that it is: a
     * gauge that falls to 0 would be no figure else, and no alert. NULL: it is of no such program. */
    const enum relay_metric *printed_with;
};

const struct relay_metric_family *relay_metrics_family(enum relay_metric metric);

size_t relay_metric_label_count(const struct relay_metric_label *label); /* at least 1 */
size_t relay_metric_series_cells(const struct relay_metric_family *family);
bool relay_metric_is_histogram(const struct relay_metric_family *family);

/* The first cell of the series with these label values; 0 for a label that is not there. */
unsigned relay_metric_cell(enum relay_metric metric, size_t first, size_t second);

/* How many cells there are. */
size_t relay_metrics_cells(void);

/* The index of the label value for this status: the last one, "other", for a status without its own value. */
size_t relay_metrics_status(const struct relay_metric_label *label, int status);
