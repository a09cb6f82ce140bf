/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/relay_metrics.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "metrics/metrics_page.h"
#include "relay/relay_metrics_table.h"
#include "relay/relay_state_private.h"
#include "support/suite.h"

static const struct metrics_now one_version = {.neighbours = 3, .sub_nodes = 5, .version = "1.0"};

/* The page, which the caller frees. */
static struct buffer print(const struct relay_state *state)
{
    struct buffer page = {0};
    struct metrics_lines *lines = metrics_lines_new();
    metrics_page_add(lines, state, &one_version, &page);
    metrics_lines_free(lines);
    buffer_cstr(&page);
    return page;
}

static bool has_line(const struct buffer *page, const char *line)
{
    size_t len = strlen(line);
    for (const char *at = page->at; (at = strstr(at, line)) != NULL; at++) {
        if ((at == page->at || at[-1] == '\n') && at[len] == '\n') {
            return true;
        }
    }
    return false;
}

#define ck_line(state, line)                                                                                           \
    do {                                                                                                               \
        struct buffer page_ = print(state);                                                                            \
        ck_assert_msg(has_line(&page_, line), "no line '%s'", line);                                                   \
        buffer_free(&page_);                                                                                           \
    } while (0)

static struct relay_state *own_state(void)
{
    return relay_state_open("/nowhere/at/all", relay_metrics_fingerprint());
}

START_TEST(names_that_dashboards_know_are_there_from_the_start)
{
    struct relay_state *state = own_state();
    ck_line(state, "rudder_relayd_reports_total{status=\"ok\"} 0");
    ck_line(state, "rudder_relayd_reports_total{status=\"error\"} 0");
    ck_line(state, "rudder_relayd_reports_total{status=\"invalid\"} 0");
    ck_line(state, "rudder_relayd_reports_total{status=\"forward_ok\"} 0");
    ck_line(state, "rudder_relayd_reports_total{status=\"forward_error\"} 0");
    ck_line(state, "rudder_relayd_inventories_total{status=\"forward_ok\"} 0");
    ck_line(state, "rudder_relayd_inventories_total{status=\"forward_error\"} 0");
    ck_line(state, "rudder_relayd_managed_nodes_total 3");
    ck_line(state, "rudder_relayd_sub_nodes_total 5");
    ck_line(state, "rudder_relayd_reports_processing_duration_seconds_count 0");
    ck_line(state, "rudder_relayd_reports_size_bytes_bucket{le=\"+Inf\"} 0");
    ck_line(state, "# TYPE rudder_relayd_reports_size_bytes histogram");
    ck_line(state, "rudder_relay_build_info{version=\"1.0\"} 1");
    ck_line(state, "rudder_relay_peer_state{peer=\"upstream\",state=\"unknown\"} 1");
    relay_state_close(state);
}
END_TEST

START_TEST(what_is_counted_is_in_its_own_series)
{
    struct relay_state *state = own_state();
    for (int i = 0; i < RELAY_REPORT_RESULTS; i++) {
        relay_metrics_report(state, RELAY_REPORT_OK);
    }
    relay_metrics_report(state, RELAY_REPORT_FORWARD_ERROR);
    relay_metrics_inventory(state, false);
    relay_metrics_retry(state, RELAY_KIND_INVENTORY);
    relay_metrics_duplicate(state);
    relay_metrics_upload(state, RELAY_KIND_INVENTORY_UPDATE, 201, 77);
    relay_metrics_upload(state, RELAY_KIND_REPORT, 999, 0);
    relay_metrics_request(state, RELAY_ENDPOINT_METRICS, 200, 1000);
    ck_line(state, "rudder_relayd_reports_total{status=\"ok\"} 5");
    ck_line(state, "rudder_relayd_reports_total{status=\"forward_error\"} 1");
    ck_line(state, "rudder_relayd_inventories_total{status=\"forward_error\"} 1");
    ck_line(state, "rudder_relay_retries_total{kind=\"inventory\"} 1");
    ck_line(state, "rudder_relay_duplicates_total 1");
    ck_line(state, "rudder_relay_uploads_total{kind=\"inventory_update\",status=\"201\"} 1");
    ck_line(state, "rudder_relay_uploads_total{kind=\"report\",status=\"other\"} 1");
    ck_line(state, "rudder_relay_upload_bytes_total{kind=\"inventory_update\"} 77");
    ck_line(state, "rudder_relay_request_duration_seconds_bucket{endpoint=\"metrics\",status=\"200\",le=\"0.001\"} 1");
    ck_line(state, "rudder_relay_request_duration_seconds_sum{endpoint=\"metrics\",status=\"200\"} 0.001");
    struct buffer page = print(state);
    ck_assert_ptr_null(strstr(page.at, "endpoint=\"policies\"")); /* nothing was asked of it */
    buffer_free(&page);
    relay_state_close(state);
}
END_TEST

START_TEST(buckets_add_up)
{
    struct relay_state *state = own_state();
    const uint64_t sizes[] = {0, 1024, 1025, 5000, UINT64_C(1) << 40};
    unsigned long long before = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        relay_metrics_report_processed(state, 7000, sizes[i]);
    }
    ck_line(state, "rudder_relayd_reports_size_bytes_bucket{le=\"1024\"} 2");
    ck_line(state, "rudder_relayd_reports_size_bytes_bucket{le=\"4096\"} 3");
    ck_line(state, "rudder_relayd_reports_size_bytes_bucket{le=\"+Inf\"} 5");
    ck_line(state, "rudder_relayd_reports_size_bytes_count 5");
    ck_line(state, "rudder_relayd_reports_size_bytes_sum 1099511634825");
    ck_line(state, "rudder_relayd_reports_processing_duration_seconds_bucket{le=\"0.005\"} 0");
    ck_line(state, "rudder_relayd_reports_processing_duration_seconds_bucket{le=\"0.01\"} 5");
    struct buffer page = print(state);
    const char *prefix = "rudder_relayd_reports_size_bytes_bucket{";
    for (const char *at = page.at; (at = strstr(at, prefix)) != NULL; at++) {
        unsigned long long value = strtoull(strchr(at, ' '), NULL, 10);
        ck_assert_uint_ge(value, before);
        before = value;
    }
    buffer_free(&page);
    relay_state_close(state);
}
END_TEST

/* Words are kept from page to page, figures are not, nor is which series there are. */
START_TEST(a_later_page_tells_what_is_so_then)
{
    static const char asked[] = "rudder_relay_request_duration_seconds_count{endpoint=\"system\",status=\"404\"} 1";
    struct relay_state *state = own_state();
    struct relay_state *empty = own_state();
    struct metrics_lines *lines = metrics_lines_new();
    const struct relay_state *const states[] = {state, state, empty, state};
    for (int i = 0; i < 4; i++) {
        struct buffer page = {0};
        if (i == 1) {
            relay_metrics_request(state, RELAY_ENDPOINT_SYSTEM, 404, 2000000);
            relay_metrics_report(state, RELAY_REPORT_OK);
        }
        metrics_page_add(lines, states[i], &one_version, &page);
        buffer_cstr(&page);
        bool counted = i == 1 || i == 3;
        ck_assert(has_line(&page, asked) == counted);
        ck_assert((strstr(page.at, "endpoint=\"system\"") != NULL) == counted);
        ck_assert(has_line(&page, counted ? "rudder_relayd_reports_total{status=\"ok\"} 1"
                                          : "rudder_relayd_reports_total{status=\"ok\"} 0"));
        buffer_free(&page);
    }
    metrics_lines_free(lines);
    relay_state_close(empty);
    relay_state_close(state);
}
END_TEST

/* An alert counts from what was there before: the first failure of an upload must not be the first that is seen. */
START_TEST(uploads_that_fail_are_there_from_the_start)
{
    struct relay_state *state = own_state();
    ck_line(state, "rudder_relay_uploads_total{kind=\"report\",status=\"500\"} 0");
    ck_line(state, "rudder_relay_uploads_total{kind=\"report\",status=\"503\"} 0");
    ck_line(state, "rudder_relay_uploads_total{kind=\"inventory\",status=\"507\"} 0");
    relay_state_close(state);
}
END_TEST

START_TEST(what_the_process_uses_is_told_when_it_is_known)
{
    const struct process_stats process = {.cpu_seconds = 1.25, .start_seconds = 1.7e9, .open_fds = 7, .max_fds = 1024,
                                            .virtual_bytes = 4096, .resident_bytes = 2048, .threads = 1};
    struct relay_state *state = own_state();
    struct metrics_now known = one_version;
    struct metrics_lines *lines = metrics_lines_new();
    struct buffer page = print(state);
    ck_assert_ptr_null(strstr(page.at, "process_"));
    buffer_clear(&page);
    known.process = &process;
    metrics_page_add(lines, state, &known, &page);
    buffer_cstr(&page);
    ck_assert(has_line(&page, "process_cpu_seconds_total 1.250"));
    ck_assert(has_line(&page, "process_start_time_seconds 1700000000.000"));
    ck_assert(has_line(&page, "process_open_fds 7"));
    ck_assert(has_line(&page, "process_max_fds 1024"));
    ck_assert(has_line(&page, "process_virtual_memory_bytes 4096"));
    ck_assert(has_line(&page, "process_resident_memory_bytes 2048"));
    ck_assert(has_line(&page, "process_threads 1"));
    buffer_free(&page);
    metrics_lines_free(lines);
    relay_state_close(state);
}
END_TEST

START_TEST(spool_figures_and_ages)
{
    struct relay_state *state = own_state();
    struct relay_spool_stats read;
    const int64_t now = time(NULL);
    const struct relay_spool_stats figures = {.sum = {4, 99, now - 5000}, .checked = now};
    relay_metrics_set_spool(state, RELAY_KIND_INVENTORY, true, &figures);
    relay_metrics_spool(state, RELAY_KIND_INVENTORY, true, &read);
    ck_assert_mem_eq(&read, &figures, sizeof read);
    relay_metrics_spool(state, RELAY_KIND_INVENTORY, false, &read);
    ck_assert_uint_eq(read.sum.files, 0);
    ck_line(state, "rudder_relay_spool_files{kind=\"inventory\",state=\"failed\"} 4");
    ck_line(state, "rudder_relay_spool_oldest_age_seconds{kind=\"report\",state=\"waiting\"} 0");
    struct buffer page = print(state);
    const char *age = strstr(page.at, "rudder_relay_spool_oldest_age_seconds{kind=\"inventory\",state=\"failed\"} ");
    ck_assert_ptr_nonnull(age);
    ck_assert_int_ge(atoi(strchr(age, ' ')), 5000);
    buffer_free(&page);
    relay_state_close(state);
}
END_TEST

/* Runs by syslog are counted apart, and without any there is no series of it. */
START_TEST(syslog_is_counted_apart)
{
    struct relay_state *state = own_state();
    struct buffer page = print(state);
    ck_assert_ptr_null(strstr(buffer_cstr(&page), "\nrudder_relay_syslog"));
    buffer_free(&page);
    for (int i = 0; i < 3; i++) {
        relay_metrics_syslog_line(state, RELAY_SYSLOG_LINE_NODE);
    }
    relay_metrics_syslog_gathered(state, RELAY_SYSLOG_END_TIMEOUT);
    relay_metrics_syslog_run(state, RELAY_SYSLOG_RUN_OK);
    relay_metrics_retry(state, RELAY_KIND_SYSLOG);
    const struct relay_spool_stats stats = {.sum = {.files = 7}, .checked = 1};
    relay_metrics_set_spool(state, RELAY_KIND_SYSLOG, true, &stats);
    page = print(state);
    ck_assert(has_line(&page, "rudder_relay_syslog_lines_total{result=\"wrong_node\"} 3"));
    ck_assert(has_line(&page, "rudder_relay_syslog_gathered_total{end=\"timeout\"} 1"));
    ck_assert(has_line(&page, "rudder_relay_syslog_runs_total{status=\"ok\"} 1"));
    ck_assert(has_line(&page, "rudder_relay_syslog_retries_total 1"));
    ck_assert(has_line(&page, "rudder_relay_syslog_spool_files{state=\"failed\"} 7"));
    ck_assert(has_line(&page, "rudder_relayd_reports_total{status=\"ok\"} 0"));
    ck_assert(has_line(&page, "rudder_relay_spool_files{kind=\"report\",state=\"failed\"} 0"));
    buffer_free(&page);
    relay_state_close(state);
}
END_TEST

/* A hub where nobody waits is another thing than none: an alert needs the figure. */
START_TEST(a_hub_that_runs_tells_its_zeros)
{
    struct relay_state *state = own_state();
    struct buffer page = print(state);
    ck_assert_ptr_null(strstr(buffer_cstr(&page), "\nrudder_relay_hub"));
    buffer_free(&page);
    relay_metrics_set_hub(state, &(struct relay_hub_stats){.checked = time(NULL)});
    ck_line(state, "rudder_relay_hub_waiting_nodes 0");
    ck_line(state, "rudder_relay_hub_longest_silence_seconds 0");
    ck_line(state, "rudder_relay_hub_orders_total{event=\"expired\"} 0");
    page = print(state);
    ck_assert_ptr_null(strstr(buffer_cstr(&page), "\nrudder_relay_virtual"));
    ck_assert_ptr_null(strstr(buffer_cstr(&page), "\nrudder_relay_syslog"));
    buffer_free(&page);
    relay_state_close(state);
}
END_TEST

START_TEST(a_label_from_elsewhere_is_escaped)
{
    struct relay_state *state = own_state();
    struct buffer page = {0};
    struct metrics_lines *lines = metrics_lines_new();
    metrics_page_add(lines, state, &(struct metrics_now){.version = "a\"b\\c\nd"}, &page);
    metrics_lines_free(lines);
    buffer_cstr(&page);
    ck_assert(has_line(&page, "rudder_relay_build_info{version=\"a\\\"b\\\\c\\nd\"} 1"));
    buffer_free(&page);
    relay_state_close(state);
}
END_TEST

START_TEST(no_two_series_share_a_cell_and_all_have_one)
{
    bool *taken = calloc(RELAY_STATE_CELLS, sizeof *taken);
    ck_assert_uint_le(relay_metrics_cells(), RELAY_STATE_CELLS);
    for (int metric = 0; metric < METRICS; metric++) {
        const struct relay_metric_family *family = relay_metrics_family((enum relay_metric)metric);
        for (size_t first = 0; first < relay_metric_label_count(&family->labels[0]); first++) {
            for (size_t second = 0; second < relay_metric_label_count(&family->labels[1]); second++) {
                unsigned cell = relay_metric_cell((enum relay_metric)metric, first, second);
                for (size_t i = 0; i < relay_metric_series_cells(family); i++) {
                    ck_assert(!taken[cell + i]);
                    taken[cell + i] = true;
                }
            }
        }
    }
    free(taken);
}
END_TEST

SUITE_MAIN("metrics_page", names_that_dashboards_know_are_there_from_the_start, what_is_counted_is_in_its_own_series,
           buckets_add_up, a_later_page_tells_what_is_so_then, uploads_that_fail_are_there_from_the_start,
           what_the_process_uses_is_told_when_it_is_known, spool_figures_and_ages, syslog_is_counted_apart,
           a_hub_that_runs_tells_its_zeros, a_label_from_elsewhere_is_escaped,
           no_two_series_share_a_cell_and_all_have_one)
