/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/job.h"

#include "support/made_relay.h"
#include "support/suite.h"
#include "util/clock.h"
#include "util/xmalloc.h"

#define N1 MADE_RUN("n1")

static struct made_relay relay;
static struct spool_source source;
static struct job job;

static void job_set_up(enum relay_kind kind)
{
    made_relay_open(&relay);
    source = made_relay_source(&relay, kind);
}

static void job_tear_down(void)
{
    job_free(&job);
    spool_source_close(&source);
    made_relay_close(&relay);
}

static int incoming_fd(void)
{
    return spool_incoming_fd(source.spool);
}

static int failed_fd(void)
{
    return spool_failed_fd(source.spool);
}

/* Makes a job of the file as if it had been read. */
static void take(const char *name)
{
    dispatch_arrived(source.dispatch, name);
    ck_assert(job_take(&job, &source));
    ck_assert_str_eq(job.file.name, name);
    ck_assert_ptr_eq(job.file.spool, source.spool);
    ck_assert_int_eq(fstatat(incoming_fd(), name, &job.file.status, AT_SYMLINK_NOFOLLOW), 0);
}

static void put_and_take(const char *name)
{
    made_relay_put_at(incoming_fd(), name, slice_from_str("content"));
    take(name);
}

/* Another upload of the same name comes, and the watcher tells. */
static void replace_file(const char *name)
{
    made_relay_put_at(incoming_fd(), "new", slice_from_str("new content"));
    ck_assert_int_eq(renameat(incoming_fd(), "new", incoming_fd(), name), 0);
}

static void assert_waits(void)
{
    ck_assert_uint_eq(dispatch_count(source.dispatch), 1);
    ck_assert_int_lt(dispatch_next_ms(source.dispatch), INT64_MAX);
    ck_assert(job_take(&job, &source));
}

static void assert_deferred(void)
{
    ck_assert_uint_eq(dispatch_count(source.dispatch), 1);
    ck_assert(!job_take(&job, &source));
}

static int64_t due_in_ms(void)
{
    return dispatch_next_ms(source.dispatch) - clock_ms();
}

static uint64_t retries(void)
{
    return made_relay_count(&relay, METRIC_RETRIES, source.kind, 0);
}

static const char *last_error(void)
{
    static struct relay_last_error error;
    relay_state_last_error(relay.state, &error);
    return error.text;
}

static uint64_t activity(enum relay_activity kind)
{
    const int64_t minute = time(NULL) / 60;
    return relay_state_activity(relay.state, kind, minute) + relay_state_activity(relay.state, kind, minute - 1);
}

START_TEST(a_completed_file_leaves_the_spool)
{
    job_set_up(RELAY_KIND_REPORT);
    ck_assert(!job_take(&job, &source));
    put_and_take(N1);
    ck_assert_int_ge(job.taken_ms, clock_ms() - 100000);
    job_complete(&job);
    ck_assert(!tmpdir_has(incoming_fd(), N1));
    ck_assert_uint_eq(dispatch_count(source.dispatch), 0);
    put_and_take(N1);
    ck_assert_int_eq(unlinkat(incoming_fd(), N1, 0), 0); /* somebody else was faster */
    job_complete(&job);
    ck_assert_uint_eq(dispatch_count(source.dispatch), 0);
    ck_assert_uint_eq(retries(), 0);
    job_tear_down();
}
END_TEST

START_TEST(what_stood_beside_it_takes_its_name)
{
    job_set_up(RELAY_KIND_REPORT);
    put_and_take(N1);
    made_relay_put_at(incoming_fd(), N1 ".~1~", slice_from_str("second"));
    made_relay_put_at(incoming_fd(), N1 ".~2~", slice_from_str("third"));
    job_complete(&job);
    ck_assert(tmpdir_has(incoming_fd(), N1));
    ck_assert(tmpdir_has(incoming_fd(), N1 ".~1~"));
    take(N1);
    ck_assert_int_eq(job.file.status.st_size, 6);
    job_refuse(&job, "why");
    take(N1);
    ck_assert_int_eq(job.file.status.st_size, 5);
    job_complete(&job);
    ck_assert(!tmpdir_has(incoming_fd(), N1));
    job_tear_down();
}
END_TEST

START_TEST(a_file_that_replaced_the_completed_one_stays)
{
    job_set_up(RELAY_KIND_REPORT);
    put_and_take(N1);
    replace_file(N1);
    job_complete(&job);
    ck_assert(tmpdir_has(incoming_fd(), N1));
    assert_waits();
    job_tear_down();
}
END_TEST

/* A directory of that name cannot be unlinked. */
START_TEST(a_completed_file_that_cannot_be_removed_is_tried_again)
{
    job_set_up(RELAY_KIND_REPORT);
    ck_assert_int_eq(mkdirat(incoming_fd(), N1, 0700), 0);
    take(N1);
    job_complete(&job);
    assert_deferred();
    ck_assert_uint_eq(retries(), 1);
    job_tear_down();
}
END_TEST

START_TEST(a_refused_file_goes_to_failed_with_its_reason)
{
    struct spool_note note;
    job_set_up(RELAY_KIND_REPORT);
    put_and_take(N1);
    snprintf(job.file.info.node_id, sizeof job.file.info.node_id, "n1");
    job_refuse(&job, "no good");
    ck_assert(!tmpdir_has(incoming_fd(), N1));
    ck_assert(tmpdir_has(failed_fd(), N1));
    spool_note_read(failed_fd(), N1, &note);
    ck_assert_str_eq(note.reason.text, "no good");
    ck_assert_str_eq(note.node.text, "n1");
    ck_assert_uint_eq(dispatch_count(source.dispatch), 0);
    ck_assert_uint_eq(activity(RELAY_ACTIVITY_REFUSED), 1);
    ck_assert_str_eq(last_error(), "run refused: " N1 ": no good");
    job_tear_down();
}
END_TEST

/* Of one name sixteen stay, of one node as many as the configuration says. */
START_TEST(what_is_too_much_in_failed_is_counted)
{
    enum { NAMES = 16, LIMIT = 20 };
    job_set_up(RELAY_KIND_REPORT);
    failed_room_free(source.failed_room);
    source.failed_room = failed_room_new(source.spool, LIMIT, 1000000);
    for (int i = 0; i < LIMIT + 3; i++) {
        char *name = i <= NAMES ? xstrdup(N1) : xasprintf("2018-08-24T15:55:%02d+00:00@n1.log", i);
        char *content = xasprintf("content %d", i);
        made_relay_put_at(incoming_fd(), name, slice_from_str(content));
        take(name);
        snprintf(job.file.info.node_id, sizeof job.file.info.node_id, "n1");
        job_refuse(&job, "no good");
        uint64_t removed = made_relay_count(&relay, METRIC_FAILED_REMOVED, 0, 0);
        ck_assert_uint_eq(removed, (uint64_t)((i >= NAMES) + (i > LIMIT ? 1 + LIMIT / 16 : 0)));
        free(content);
        free(name);
    }
    ck_assert_uint_eq(spool_count(failed_fd(), 100), 7); /* fifteen of the name count once with the first */
    job_tear_down();
}
END_TEST

START_TEST(a_file_that_replaced_the_refused_one_stays)
{
    job_set_up(RELAY_KIND_REPORT);
    put_and_take(N1);
    replace_file(N1);
    job_refuse(&job, "no good");
    ck_assert(tmpdir_has(incoming_fd(), N1));
    ck_assert(!tmpdir_has(failed_fd(), N1));
    ck_assert_uint_eq(activity(RELAY_ACTIVITY_REFUSED), 0);
    assert_waits();
    job_tear_down();
}
END_TEST

/* failed/ was removed: nothing can be moved there. */
START_TEST(a_refused_file_that_cannot_be_moved_is_tried_again)
{
    job_set_up(RELAY_KIND_REPORT);
    put_and_take(N1);
    ck_assert_int_eq(unlinkat(relay.directory.fd, "reports/failed", AT_REMOVEDIR), 0);
    job_refuse(&job, "no good");
    ck_assert(tmpdir_has(incoming_fd(), N1));
    assert_deferred();
    ck_assert_uint_eq(retries(), 1);
    ck_assert_uint_eq(activity(RELAY_ACTIVITY_REFUSED), 0);
    ck_assert_ptr_nonnull(strstr(last_error(), "refused (no good), but cannot be moved"));
    job_tear_down();
}
END_TEST

START_TEST(a_refused_inventory_takes_its_signature_along)
{
    job_set_up(RELAY_KIND_INVENTORY);
    made_relay_put_at(incoming_fd(), "n1.ocs.sign", slice_from_str("signature"));
    put_and_take("n1.ocs");
    job_refuse(&job, "no good");
    ck_assert(tmpdir_has(failed_fd(), "n1.ocs"));
    ck_assert(tmpdir_has(failed_fd(), "n1.ocs.sign"));
    ck_assert_str_eq(last_error(), "inventory refused: n1.ocs: no good");
    job_tear_down();
}
END_TEST

/* An attempt that fails: it counts, is told, and waits; the first one is worth showing to the operator. */
START_TEST(a_deferred_file_waits_for_its_back_off)
{
    job_set_up(RELAY_KIND_REPORT);
    put_and_take(N1);
    job_defer(&job, "not now", 0);
    assert_deferred();
    ck_assert_int_gt(due_in_ms(), 1700000); /* half of the hour at least */
    ck_assert_uint_eq(retries(), 1);
    ck_assert_str_eq(last_error(), "run is tried again later: " N1 ": not now");
    relay_state_set_last_error(relay.state, "something else");
    dispatch_flush_deferred(source.dispatch);
    ck_assert(job_take(&job, &source));
    ck_assert_uint_eq(queued_run_attempts(job.run), 1);
    job_defer(&job, "not now", 0);
    ck_assert_uint_eq(retries(), 2);
    ck_assert_str_eq(last_error(), "something else");
    ck_assert(tmpdir_has(incoming_fd(), N1));
    job_tear_down();
}
END_TEST

START_TEST(the_wait_of_a_deferred_file_has_two_limits)
{
    const struct {
        int64_t within_ms;
        int64_t max_ms;
        int64_t wait_ms;
    } cases[] = {{200000, 0, 200000}, {0, 200000, 200000}, {200000, 500000, 200000}, {500000, 200000, 200000}};
    job_set_up(RELAY_KIND_REPORT);
    put_and_take(N1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        job.file.retry_within_ms = cases[i].within_ms;
        job_defer(&job, "not now", cases[i].max_ms);
        ck_assert_int_le(due_in_ms(), cases[i].wait_ms);
        ck_assert_int_gt(due_in_ms(), cases[i].wait_ms - 100000);
        dispatch_flush_deferred(source.dispatch);
        ck_assert(job_take(&job, &source));
    }
    job_tear_down();
}
END_TEST

/* Two sinks may have the back-off's steps in common: each file doubles its own. */
START_TEST(the_back_off_of_a_file_grows_with_its_attempts)
{
    const struct backoff steps = {.first_ms = 1000000, .ceiling_ms = 100000000};
    job_set_up(RELAY_KIND_REPORT);
    source.retry = &steps;
    put_and_take(N1);
    for (int64_t step_ms = 1000000; step_ms <= 16000000; step_ms *= 2) {
        job_defer(&job, "not now", 0);
        ck_assert_int_le(due_in_ms(), step_ms);
        ck_assert_int_gt(due_in_ms(), step_ms / 2 - 100000);
        dispatch_flush_deferred(source.dispatch);
        ck_assert(job_take(&job, &source));
    }
    job_tear_down();
}
END_TEST

START_TEST(a_held_or_requeued_file_is_no_trouble)
{
    job_set_up(RELAY_KIND_INVENTORY);
    put_and_take("n1.ocs.sign");
    job_hold(&job, 200000);
    assert_deferred();
    ck_assert_int_gt(due_in_ms(), 100000);
    dispatch_flush_deferred(source.dispatch);
    ck_assert(job_take(&job, &source));
    job_requeue(&job);
    assert_waits();
    ck_assert_uint_eq(retries(), 0);
    ck_assert_str_eq(last_error(), "");
    ck_assert(tmpdir_has(incoming_fd(), "n1.ocs.sign"));
    job_tear_down();
}
END_TEST

static uint64_t reports(enum relay_report_result result)
{
    return made_relay_count(&relay, METRIC_REPORTS, result, 0);
}

static uint64_t processed(void)
{
    struct relay_metric_family family = *relay_metrics_family(METRIC_REPORT_BYTES);
    uint64_t sum = 0;
    for (size_t i = 0; i <= family.bound_count; i++) {
        sum += relay_state_get(relay.state, relay_metric_cell(METRIC_REPORT_BYTES, 0, 0) + (unsigned)i);
    }
    return sum;
}

START_TEST(each_verdict_has_its_end)
{
    job_set_up(RELAY_KIND_REPORT);
    put_and_take(N1);
    job_finish(&job, SPOOL_NOTHING, "");
    ck_assert(!tmpdir_has(incoming_fd(), N1));
    ck_assert_uint_eq(reports(RELAY_REPORT_OK), 1);
    ck_assert_uint_eq(activity(RELAY_ACTIVITY_DONE), 1);
    ck_assert_uint_eq(processed(), 1);

    put_and_take(N1);
    job_finish(&job, SPOOL_RETRY, "not now");
    assert_deferred();
    ck_assert_uint_eq(retries(), 1);
    ck_assert_uint_eq(processed(), 1); /* it has not ended */

    dispatch_flush_deferred(source.dispatch);
    ck_assert(job_take(&job, &source));
    job_finish(&job, SPOOL_GONE, "");
    ck_assert_uint_eq(dispatch_count(source.dispatch), 0);
    ck_assert(tmpdir_has(incoming_fd(), N1)); /* GONE never removes anything */

    put_and_take(N1);
    job_finish(&job, SPOOL_REFUSED, "no good");
    ck_assert(tmpdir_has(failed_fd(), N1));
    ck_assert_uint_eq(reports(RELAY_REPORT_ERROR), 1);

    put_and_take(N1);
    job.file.unknown_node = true;
    job_finish(&job, SPOOL_REFUSED, "unknown node");
    ck_assert_uint_eq(reports(RELAY_REPORT_INVALID), 1);
    ck_assert_uint_eq(reports(RELAY_REPORT_ERROR), 1);
    ck_assert_uint_eq(processed(), 3);
    job_tear_down();
}
END_TEST

START_TEST(an_inventory_is_not_counted_as_a_run)
{
    job_set_up(RELAY_KIND_INVENTORY_UPDATE);
    put_and_take("n1.ocs");
    job_finish(&job, SPOOL_REFUSED, "no good");
    ck_assert_uint_eq(reports(RELAY_REPORT_ERROR), 0);
    ck_assert_uint_eq(processed(), 0);
    put_and_take("n1.ocs");
    job_defer(&job, "not now", 0);
    ck_assert_uint_eq(made_relay_count(&relay, METRIC_RETRIES, RELAY_KIND_INVENTORY_UPDATE, 0), 1);
    job_tear_down();
}
END_TEST

START_TEST(the_age_is_that_of_the_file)
{
    job_set_up(RELAY_KIND_REPORT);
    made_relay_put_at(incoming_fd(), N1, slice_from_str("content"));
    tmpdir_age(incoming_fd(), N1, 5000);
    take(N1);
    ck_assert_int_ge(job_age_ms(&job), 5000000);
    ck_assert_int_lt(job_age_ms(&job), 5200000);
    job_tear_down();
}
END_TEST

SUITE_MAIN("job", a_completed_file_leaves_the_spool, what_stood_beside_it_takes_its_name,
           a_file_that_replaced_the_completed_one_stays, a_completed_file_that_cannot_be_removed_is_tried_again,
           a_refused_file_goes_to_failed_with_its_reason, what_is_too_much_in_failed_is_counted,
           a_file_that_replaced_the_refused_one_stays, a_refused_file_that_cannot_be_moved_is_tried_again,
           a_refused_inventory_takes_its_signature_along, a_deferred_file_waits_for_its_back_off,
           the_wait_of_a_deferred_file_has_two_limits, the_back_off_of_a_file_grows_with_its_attempts,
           a_held_or_requeued_file_is_no_trouble, each_verdict_has_its_end, an_inventory_is_not_counted_as_a_run,
           the_age_is_that_of_the_file)
