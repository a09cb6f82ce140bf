/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "made_health.h"
#include "support/suite.h"
#include "system/activity_chart.h"
#include "system/html_format.h"
#include "system/status_page.h"

/* The page of what was made, and its headers; both freed by the next call and at the end of the process. */
static const char *page_of(struct made_health *made, const char **headers)
{
    static struct response response;
    response_free(&response);
    made_health_collect(made, time(NULL));
    status_page_answer(&made->health, true, &response);
    ck_assert_int_eq(response.status, 200);
    if (headers != NULL) {
        *headers = buffer_cstr(&response.headers);
    }
    return buffer_cstr(&response.body);
}

static void has(const char *page, const char *part)
{
    ck_assert_msg(strstr(page, part) != NULL, "no \"%s\" in %s", part, page);
}

static void has_not(const char *page, const char *part)
{
    ck_assert_msg(strstr(page, part) == NULL, "\"%s\" in %s", part, page);
}

START_TEST(a_page_that_is_complete_and_needs_nothing_else)
{
    struct made_health made;
    const char *headers;
    made_health_new(&made);
    const char *page = page_of(&made, &headers);
    ck_assert_int_eq(strncmp(page, "<!DOCTYPE html>", 15), 0);
    has(page, "<title>The relay is well: root</title>");
    has(page, "The relay is well</h1>");
    has(page, "Reachable");
    has(page, ">1,234</dd>");
    has(page, "1,200 directly below");
    has(page, "rudder-relay 1.2.3");
    has(page, "None that is known.");
    has(page, "</html>\n");
    has_not(page, "<script");
    has_not(page, "style=\"");
    has_not(page, "http://");
    has(headers, "Content-Type: text/html; charset=utf-8\r\n");
    has(headers, "Content-Security-Policy: default-src 'none'; style-src 'sha256-");
    has_not(headers, "unsafe");
    made_health_free(&made);
}
END_TEST

START_TEST(text_from_outside_is_only_text)
{
    static const char evil[] = "</td><script>alert(\"1\")</script>";
    static const char harmless[] = "&lt;/td&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;";
    struct made_health made;
    made_health_new(&made);
    made.config.general.node_id = (char *)evil;
    made.config.path = (char *)evil;
    relay_state_set_peer(made.state, RELAY_PEER_DATABASE, RELAY_PEER_DOWN, evil);
    relay_state_set_last_error(made.state, evil);
    made.queue[0].failed = (struct spool_sum){1, 1, time(NULL)};
    made.queue[0].failures[0] = (struct spool_failure){(char *)evil, made.queue[0].failed};
    made.queue[0].failure_count = 1;
    snprintf(made.health.configuration.text, sizeof made.health.configuration.text, "%s", evil);
    snprintf(made.queue[1].err.text, sizeof made.queue[1].err.text, "%s", evil);
    const char *page = page_of(&made, NULL);
    has_not(page, "<script");
    int times = 0;
    for (const char *at = page; (at = strstr(at, harmless)) != NULL; at++) {
        times++;
    }
    /* title, head, three findings, path, reason, last error */
    ck_assert_int_eq(times, 8);
    made_health_free(&made);
}
END_TEST

START_TEST(a_fresh_start_and_a_state_that_is_not_shared)
{
    struct made_health made;
    made_health_new(&made);
    made.nodes.known = false;
    relay_state_close(made.state);
    made.state = relay_state_open("/proc/nowhere/state", relay_metrics_fingerprint());
    const char *page = page_of(&made, NULL);
    has(page, "The relay is not well</h1>");
    has(page, "Counters are not shared: what happened is not known here.");
    has(page, "there is no node index");
    has_not(page, "<svg");
    made_health_free(&made);
}
END_TEST

START_TEST(links_stand_below_the_page)
{
    struct made_health made;
    struct response response = {0};
    made_health_new(&made);
    made_health_collect(&made, time(NULL));
    status_page_answer(&made.health, false, &response);
    has(buffer_cstr(&response.body), "href=\"system/queue\"");
    response_empty(&response, 0);
    status_page_answer(&made.health, true, &response);
    has(buffer_cstr(&response.body), "href=\"queue\"");
    response_free(&response);
    made_health_free(&made);
}
END_TEST

/* ---- the chart ---- */

START_TEST(the_scale_ends_in_a_round_number)
{
    static const struct {
        uint64_t largest, scale;
    } cases[] = {
        {0, 2},   {1, 2},   {2, 2},   {3, 4},     {5, 6},       {8, 8},
        {9, 10},  {10, 10}, {11, 20}, {401, 600}, {999, 1000},  {1001, 2000},
        {UINT64_C(10000000000000000), UINT64_C(10000000000000000)},
        {UINT64_MAX, UINT64_C(10000000000000000)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_uint_eq(activity_chart_scale(cases[i].largest), cases[i].scale);
    }
}
END_TEST

START_TEST(a_chart_of_nothing)
{
    struct activity activity = {0};
    struct buffer out = {0};
    activity_chart_add(&out, &activity, "Stored");
    has(buffer_cstr(&out), "Received 0, Stored 0, refused 0. </desc>");
    has(buffer_cstr(&out), "<span>2</span><span>1</span><span>0</span>");
    has(buffer_cstr(&out), "<path class=\"refused\" d=\"M0 120\"/>");
    has(buffer_cstr(&out), "<path class=\"received\" d=\"M0 120.0V120.0H10V120.0H20");
    buffer_free(&out);
}
END_TEST

START_TEST(a_chart_with_one_that_is_huge)
{
    struct activity activity = {0};
    struct buffer out = {0};
    activity.count[RELAY_ACTIVITY_UPLOADED][0] = UINT64_MAX;
    activity.count[RELAY_ACTIVITY_DONE][1] = 1;
    activity.count[RELAY_ACTIVITY_REFUSED][59] = UINT32_MAX;
    activity_chart_add(&out, &activity, "<Stored>");
    has(buffer_cstr(&out), "<path class=\"received\" d=\"M0 120.0V0.0H10V120.0H20");
    has(buffer_cstr(&out), "<path class=\"done\" d=\"M0 120.0V120.0H10V118.5H20"); /* one is seen beside it */
    has(buffer_cstr(&out), "M592 120V118.5h6V120Z");
    has(buffer_cstr(&out), "The busiest minute, 59 minutes ago, received 18446744073709551615.");
    has(buffer_cstr(&out), "&lt;Stored&gt; <b>1</b>");
    has_not(buffer_cstr(&out), "-1");
    buffer_free(&out);
}
END_TEST

/* ---- figures ---- */

START_TEST(numbers_and_moments)
{
    char text[HTML_NUMBER_SIZE];
    struct buffer out = {0};
    html_format_number(0, text);
    ck_assert_str_eq(text, "0");
    html_format_number(999, text);
    ck_assert_str_eq(text, "999");
    html_format_number(1000, text);
    ck_assert_str_eq(text, "1,000");
    html_format_number(UINT64_MAX, text);
    ck_assert_str_eq(text, "18,446,744,073,709,551,615");
    html_format_age(&out, 1795536312, 1795536632);
    ck_assert_str_eq(buffer_cstr(&out),
                     "<time datetime=\"2026-11-24T16:05:12Z\" title=\"2026-11-24 16:05:12 UTC\">5min 20s ago</time>");
    buffer_clear(&out);
    html_format_moment(&out, INT64_MAX);
    ck_assert_str_eq(buffer_cstr(&out), "<time datetime=\"\"></time>");
    buffer_free(&out);
}
END_TEST

START_TEST(nodes_that_wait_at_a_hub)
{
    struct made_health made;
    const int64_t now = time(NULL);
    made_health_new(&made);
    has_not(page_of(&made, NULL), "Connected nodes");
    made.config.hub.enabled = true;
    has(page_of(&made, NULL), "the hub has not reported yet");
    relay_metrics_set_hub(made.state, &(struct relay_hub_stats){.waiting = 12345, .checked = now});
    has(page_of(&made, NULL), "nobody that was here is silent");
    has(page_of(&made, NULL), "12,345");
    relay_metrics_set_hub(made.state,
                          &(struct relay_hub_stats){.waiting = 1, .silent_since = now - 7200, .checked = now});
    has(page_of(&made, NULL), "longest silent, heard of <time");
    made_health_free(&made);
}
END_TEST

START_TEST(programs_that_are_used_have_a_part)
{
    struct made_health made;
    const int64_t now = time(NULL);
    made_health_new(&made);
    has_not(page_of(&made, NULL), "Virtual nodes");
    has_not(page_of(&made, NULL), "Runs by syslog");
    made.config.virtual_nodes.enabled = made.config.syslog.enabled = true;
    has(page_of(&made, NULL), "it has not reported yet");
    relay_metrics_set_virtual(made.state, 1234, now);
    has(page_of(&made, NULL), "<dd>1,234</dd><dd>that commands are run for</dd>");
    has(page_of(&made, NULL), "<dd>0</dd><dd>being gathered</dd>");
    relay_metrics_set_syslog(made.state, &(struct relay_syslog_stats){2, now - 3600});
    has(page_of(&made, NULL), "of 2 runs under way one should have been ended");
    made_health_free(&made);
}
END_TEST

SUITE_MAIN("status_page", programs_that_are_used_have_a_part, nodes_that_wait_at_a_hub,
           a_page_that_is_complete_and_needs_nothing_else,
           text_from_outside_is_only_text,
           a_fresh_start_and_a_state_that_is_not_shared, links_stand_below_the_page, the_scale_ends_in_a_round_number,
           a_chart_of_nothing, a_chart_with_one_that_is_huge, numbers_and_moments)
