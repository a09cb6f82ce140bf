/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_db_plan: how a run goes into compact storage (sql/storage-compact.sql): which of its lines are those of a
 * list, and which become rows. Part of report_db.
 *
 * Only lines of complete runs are shared, since the run's row in ReportsExecution belongs to what is stored; only those
 * of certain event types; only without what the table's constraints refuse; and only if they were reported a whole
 * number of seconds after the start, at most REPORT_DB_PLAN_SECONDS_MAX. A run is compared with the list that its node
 * used last (report_lists.h):
 * - The same lines: it refers to that list.
 * - Few lines differ: it refers to that list without these, and they become rows. So a line that changes each time
 *   needs no list each time. Where a run has more or fewer lines, those between the first and the last difference
 *   count as different.
 * - Many differ, or the run is like the node's last one (a policy has changed, and stays so), or there is no list:
 *   its lines become a list.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "relay/report_lists.h"
#include "relay/runlog.h"

enum { REPORT_DB_PLAN_SECONDS_MAX = 65535, REPORT_DB_PLAN_REPORTS_MAX = 32767 };

struct report_db_plan {
    const bool *shared; /* by place: the report is a line of the list. Without a plan: none is */
    size_t shared_count;
    bool new_list;           /* the list is made of this run's shared lines */
    size_t tail;             /* from this place of the list on, */
    int shift;               /* so much is added to a place for that in the run */
    struct slice seconds;    /* by place in the run, as in the column `seconds` */
    struct slice missing;    /* places of the list that the run has not, as text of an array; .at NULL: none */
    struct report_list list; /* for report_lists_put, if new_list once the list is stored */
    bool changed;            /* list is not what it was */
};

/* 0 to 4: control, result_success, result_na, audit_compliant, audit_na, the order of the columns of a list; -1: not
 * shared. */
int report_db_plan_type(struct slice event_type);

/* Makes the plan; all it points to is in the arena. False if nothing of the run is shared. */
bool report_db_plan_make(struct report_db_plan *plan, const struct runlog *runlog, const char *day,
                         struct report_lists *lists, struct arena *arena);
