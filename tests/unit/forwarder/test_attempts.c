/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/attempts.h"

#include <sys/wait.h>

#include "support/made_relay.h"
#include "support/suite.h"
#include "util/clock.h"

#define N1 MADE_RUN("n1")
#define N2 MADE_RUN("n2")

static struct made_relay relay;
static struct spool_source source;
static struct job jobs[2];
static const char *const job_names[2] = {N1, N2};

static void attempts_set_up(void)
{
    made_relay_open(&relay);
    source = made_relay_source(&relay, RELAY_KIND_REPORT);
    for (size_t i = 0; i < 2; i++) {
        made_relay_put(&relay, job_names[i], slice_from_str("content"));
        dispatch_arrived(source.dispatch, job_names[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        struct job job = {0};
        ck_assert(job_take(&job, &source));
        jobs[strcmp(job.file.name, N1) == 0 ? 0 : 1] = job;
    }
}

static void attempts_tear_down(void)
{
    job_free(&jobs[0]);
    job_free(&jobs[1]);
    spool_source_close(&source);
    made_relay_close(&relay);
}

/* A forwarder is killed while it works on these. stop: as it is stopping. */
static void killed_with(bool n1, bool n2, bool stop)
{
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct attempts *attempts = attempts_open(source.spool, 1);
        attempts_enter(attempts);
        const bool in_work[2] = {n1, n2};
        for (size_t i = 0; i < 2; i++) {
            ck_assert_int_eq(spool_process_look(&jobs[i].file, NULL), SPOOL_READY);
            attempts_begin(attempts, 0, i, &jobs[i]);
            if (!in_work[i]) {
                attempts_end(attempts, 0, i);
            }
        }
        if (stop) {
            attempts_stop(attempts);
        }
        raise(SIGKILL);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status));
}

static bool in_failed(const char *name)
{
    return tmpdir_has(spool_failed_fd(source.spool), name);
}

START_TEST(what_was_in_work_is_suspect_until_it_was_tried)
{
    attempts_set_up();
    killed_with(true, false, false);
    struct attempts *attempts = attempts_open(source.spool, 1);
    ck_assert(attempts_suspect(attempts, &jobs[0]));
    ck_assert(!attempts_suspect(attempts, &jobs[1]));
    attempts_close(attempts);
    attempts = attempts_open(source.spool, 1); /* it stays one after a clean stop */
    ck_assert(attempts_suspect(attempts, &jobs[0]));
    attempts_acquit(attempts, &jobs[0]);
    ck_assert(!attempts_suspect(attempts, &jobs[0]));
    attempts_close(attempts);
    attempts = attempts_open(source.spool, 1);
    ck_assert(!attempts_suspect(attempts, &jobs[0]));
    attempts_close(attempts);
    ck_assert(!tmpdir_has(spool_failed_fd(source.spool), ".suspects"));
    attempts_tear_down();
}
END_TEST

START_TEST(a_stop_makes_no_suspect)
{
    attempts_set_up();
    killed_with(true, true, true);
    struct attempts *attempts = attempts_open(source.spool, 1);
    ck_assert(!attempts_suspect(attempts, &jobs[0]) && !attempts_suspect(attempts, &jobs[1]));
    attempts_close(attempts);
    attempts_tear_down();
}
END_TEST

START_TEST(another_file_of_the_name_is_no_suspect)
{
    attempts_set_up();
    killed_with(true, false, false);
    made_relay_put(&relay, "new", slice_from_str("new content"));
    ck_assert_int_eq(renameat(relay.reports_fd, "new", relay.reports_fd, N1), 0);
    struct attempts *attempts = attempts_open(source.spool, 1);
    ck_assert(!attempts_suspect(attempts, &jobs[0]));
    attempts_close(attempts);
    attempts_tear_down();
}
END_TEST

START_TEST(a_suspect_waits_and_is_then_in_work_alone)
{
    attempts_set_up();
    killed_with(true, true, false);
    struct attempts *attempts = attempts_open(source.spool, 1);
    ck_assert(!attempts_admit(attempts, &jobs[0])); /* it waits for some seconds */
    ck_assert_int_gt(dispatch_next_ms(source.dispatch), clock_ms() + 3000);
    sleep(5);
    attempts_enter(attempts); /* somebody works */
    ck_assert(!attempts_admit(attempts, &jobs[1]));
    attempts_leave(attempts);
    dispatch_flush_deferred(source.dispatch);
    ck_assert(job_take(&jobs[0], &source));
    ck_assert(attempts_admit(attempts, &jobs[0]));
    attempts_leave(attempts);
    job_complete(&jobs[0]);
    attempts_close(attempts);
    attempts_tear_down();
}
END_TEST

START_TEST(one_that_is_killed_again_alone_is_set_aside)
{
    struct spool_note note;
    attempts_set_up();
    killed_with(true, true, false);
    killed_with(true, true, false); /* not alone: it may be either */
    struct attempts *attempts = attempts_open(source.spool, 1);
    ck_assert(!attempts_admit(attempts, &jobs[0]));
    ck_assert(!in_failed(N1));
    attempts_close(attempts);
    ck_assert_ptr_nonnull((dispatch_flush_deferred(source.dispatch), source.dispatch));
    ck_assert(job_take(&jobs[0], &source));
    killed_with(true, false, false);
    attempts = attempts_open(source.spool, 1);
    ck_assert(attempts_suspect(attempts, &jobs[1]));
    ck_assert(!attempts_admit(attempts, &jobs[0]));
    ck_assert(in_failed(N1));
    spool_note_read(spool_failed_fd(source.spool), N1, &note);
    ck_assert_str_eq(note.node.text, "n1");
    ck_assert_ptr_nonnull(strstr(note.reason.text, "killed twice"));
    ck_assert_uint_eq(made_relay_count(&relay, METRIC_REPORTS, RELAY_REPORT_ERROR, 0), 1);
    attempts_close(attempts);
    ck_assert(spool_replay(source.spool, N1, false, NULL)); /* it gets another chance */
    attempts = attempts_open(source.spool, 1);
    dispatch_arrived(source.dispatch, N1);
    ck_assert(job_take(&jobs[0], &source));
    ck_assert(!attempts_suspect(attempts, &jobs[0]));
    attempts_close(attempts);
    attempts_tear_down();
}
END_TEST

SUITE_MAIN("attempts", what_was_in_work_is_suspect_until_it_was_tried, a_stop_makes_no_suspect,
           another_file_of_the_name_is_no_suspect, a_suspect_waits_and_is_then_in_work_alone,
           one_that_is_killed_again_alone_is_set_aside)
