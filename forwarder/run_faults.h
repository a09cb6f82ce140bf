/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run_faults: whose fault it is that a run cannot be stored: its own or the database's.
 *
 * report_db says which runs failed by themselves, and how. One failure does not tell whose fault it is: the database
 * may have been in trouble at that moment. What other runs met tells:
 *
 * - A failure counts against its run once another run was stored after it. A time-out counts only if other runs were
 *   stored shortly before it began and shortly after it ended: a lock may have been held for as long as it took. How
 *   the database is set up (REPORT_DB_ERROR_SETUP) never counts.
 * - A run is its own fault when RUN_FAULTS_ENOUGH failures have counted, the first of them as long ago as the period.
 *   One is enough when the database says that it is the run's data (REPORT_DB_ERROR_DATA).
 * - The database is to blame when runs of two nodes have failed and nothing was stored in between. Runs that are known
 *   to fail while others are stored are no evidence.
 *
 * Until it is its own fault a run waits, by itself: a suspect is stored in a transaction of its own, and those that
 * take long take turns, so that all of them together cost one worker a fifth of its time.
 *
 * No clock in here: the caller says what time it is (any clock in milliseconds). Any thread may call.
 */
#ifndef RELAY_FORWARDER_RUN_FAULTS_H
#define RELAY_FORWARDER_RUN_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "relay/report_db_error.h"

struct run_faults;

enum { RUN_FAULTS_ENOUGH = 4 };

/* So many suspects are remembered; the one that failed the longest ago is forgotten first. */
enum { RUN_FAULTS_SUSPECTS_MAX = 10000 };

struct run_failure {
    const char *name; /* of the run's file */
    const char *node_id;
    enum report_db_error kind; /* DATA, UNSURE, SLOW or SETUP */
    int64_t began_ms;          /* when the attempt began that failed */
    int64_t ended_ms;
};

struct run_faults *run_faults_new(int64_t period_ms);
void run_faults_free(struct run_faults *faults);

/* A run has failed. True when it is its own fault; it is forgotten then. */
bool run_faults_failed(struct run_faults *faults, const struct run_failure *failure);

/* Another run was stored (one that was there already does not count). To be called after run_faults_failed for the runs
 * that failed in the same batch. */
void run_faults_stored(struct run_faults *faults, int64_t now_ms);

/* Is the database to blame for what failed since something was stored? */
bool run_faults_database_blamed(struct run_faults *faults);

/* It was the database: what failed since something was stored counts against no run. (The runs stay suspects until
 * they are stored.) */
void run_faults_acquit(struct run_faults *faults);

/* Has the run failed before? Then it is to be stored by itself. */
bool run_faults_suspect(struct run_faults *faults, const char *name);

/* How long a suspect must wait before it may be tried; 0: it may be tried now. */
int64_t run_faults_wait_ms(struct run_faults *faults, const char *name, int64_t now_ms);

/* The run has left the spool. */
void run_faults_forget(struct run_faults *faults, const char *name);

#endif
