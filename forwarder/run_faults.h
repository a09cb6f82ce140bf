/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_faults: finds out whether a run that cannot be stored is at fault itself, or the database is.
 *
 * report_db says which runs failed by themselves, and how. One failure does not show whose fault it is: the database
 * may have been in trouble at that moment. The runs that were stored before and after show it:
 *
 * - A failure counts against its run once another run was stored after it. A time-out counts only if other runs were
 *   stored shortly before it began and shortly after it ended: a lock may have been held for as long as it took. An
 *   error of the database's setup (REPORT_DB_ERROR_SETUP) never counts.
 * - A run is at fault itself when RUN_FAULTS_ENOUGH failures have counted, the first of them as long ago as the period.
 *   One is enough when the database says that it is the run's data (REPORT_DB_ERROR_DATA).
 * - The database is to blame when runs of two nodes have failed and nothing was stored in between. Runs that are known
 *   to fail while others are stored are no evidence.
 *
 * Until that is known the run is a suspect: it is stored in a transaction of its own, so that it does not make others
 * fail. Suspects that take long take turns, so that all of them together cost one worker a fifth of its time.
 *
 * The module has no clock: the caller says what time it is (any clock in milliseconds). Any thread may call.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "relay/report_db_error.h"

struct run_faults;

enum { RUN_FAULTS_ENOUGH = 4 };

/* How many suspects are remembered. The one that failed the longest ago is forgotten first. */
enum { RUN_FAULTS_SUSPECTS_MAX = 10000 };

struct run_faults_failure {
    const char *name; /* of the run's file */
    const char *node_id;
    enum report_db_error kind; /* DATA, UNSURE, SLOW or SETUP */
    int64_t began_ms;          /* when the attempt began that failed */
    int64_t ended_ms;
};

struct run_faults *run_faults_new(int64_t period_ms);
void run_faults_free(struct run_faults *faults);

/* A run has failed. True when it is at fault itself; then it is forgotten. */
bool run_faults_failed(struct run_faults *faults, const struct run_faults_failure *failure);

/* A run was stored (one that was there already does not count). Call this after run_faults_failed for the runs
 * that failed in the same batch. */
void run_faults_stored(struct run_faults *faults, int64_t now_ms);

/* Is the database to blame for the failures since the last run was stored? */
bool run_faults_database_blamed(struct run_faults *faults);

/* The database was to blame: the failures since the last run was stored count against no run. The runs stay suspects
 * until they are stored. */
void run_faults_acquit(struct run_faults *faults);

/* Has the run failed before? Then it must be stored in a transaction of its own. */
bool run_faults_suspect(struct run_faults *faults, const char *name);

/* How long a suspect must wait before it may be tried; 0: it may be tried now. */
int64_t run_faults_wait_ms(struct run_faults *faults, const char *name, int64_t now_ms);

/* The run has left the spool. */
void run_faults_forget(struct run_faults *faults, const char *name);
