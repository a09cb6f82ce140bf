/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "made_health.h"
#include "relay/relay_metrics.h"
#include "support/suite.h"

/* Is there a finding of this verdict that has this in it? */
static bool health_found(const struct health *health, enum health_verdict verdict, const char *part)
{
    for (size_t i = 0; i < health->findings.count; i++) {
        const struct finding *finding = &health->findings.at[i];
        if (finding->stops == (verdict == HEALTH_BAD) && strstr(finding->text.text, part) != NULL) {
            return true;
        }
    }
    return false;
}

START_TEST(a_relay_that_is_well)
{
    struct made_health made;
    made_health_new(&made);
    made_health_collect(&made, time(NULL));
    ck_assert_uint_eq(made.health.findings.count, 0);
    ck_assert_int_eq(made.health.verdict, HEALTH_WELL);
    ck_assert(made.health.peers[RELAY_PEER_DATABASE].used);
    ck_assert(!made.health.peers[RELAY_PEER_UPSTREAM].used);
    made_health_free(&made);
}
END_TEST

START_TEST(a_database_that_is_down_with_its_reason_and_since_when)
{
    struct made_health made;
    made_health_new(&made);
    relay_state_set_peer(made.state, RELAY_PEER_DATABASE, RELAY_PEER_DOWN, "connection refused");
    made_health_collect(&made, time(NULL) + 125);
    ck_assert_int_eq(made.health.verdict, HEALTH_BAD);
    ck_assert_int_eq(made.health.peers[RELAY_PEER_DATABASE].fault, PEER_UNUSABLE);
    const char *details = made.health.peers[RELAY_PEER_DATABASE].details.text;
    ck_assert_ptr_nonnull(strstr(details, "connection refused (for 2min"));
    ck_assert(health_found(&made.health, HEALTH_BAD, "The database cannot be used"));
    made_health_free(&made);
}
END_TEST

START_TEST(what_the_forwarder_has_not_said_lately_is_not_known)
{
    struct made_health made;
    made_health_new(&made);
    struct peer_health peer;
    int64_t now = time(NULL);
    peer_health_collect(&peer, RELAY_PEER_DATABASE, &made.config, made.state, now + 290);
    ck_assert_str_eq(peer.details.text, "");
    peer_health_collect(&peer, RELAY_PEER_DATABASE, &made.config, made.state, now + 425);
    ck_assert_int_eq(peer.fault, PEER_SILENCE);
    ck_assert_ptr_nonnull(strstr(peer.details.text, "the forwarder has not reported for 7min"));
    made.config.reporting.catchup_frequency = 600; /* a forwarder that looks so seldom may be silent for longer */
    peer_health_collect(&peer, RELAY_PEER_DATABASE, &made.config, made.state, now + 1700);
    ck_assert_str_eq(peer.details.text, "");
    peer_health_collect(&peer, RELAY_PEER_DATABASE, &made.config, made.state, now + 1900);
    ck_assert_int_eq(peer.fault, PEER_SILENCE);
    made_health_free(&made);
}
END_TEST

START_TEST(what_the_forwarder_never_said_is_not_known)
{
    struct made_health made;
    made_health_new(&made);
    made.config.inventory.output = RELAY_OUTPUT_UPSTREAM;
    made_health_collect(&made, time(NULL));
    ck_assert_str_eq(made.health.peers[RELAY_PEER_UPSTREAM].details.text, "the forwarder has not reported yet");
    ck_assert(health_found(&made.health, HEALTH_BAD, "Is the forwarder running? The forwarder has not reported yet"));
    made_health_free(&made);
}
END_TEST

START_TEST(an_upstream_that_nothing_was_for_is_no_fault_while_the_forwarder_lives)
{
    struct made_health made;
    struct peer_health peer;
    int64_t now = time(NULL);
    const struct relay_spool_stats figures = {.checked = now + 1000};
    made_health_new(&made);
    made.config.reporting.output = RELAY_OUTPUT_UPSTREAM;
    relay_metrics_set_spool(made.state, RELAY_KIND_REPORT, false, &figures);
    peer_health_collect(&peer, RELAY_PEER_UPSTREAM, &made.config, made.state, now + 1001);
    ck_assert_int_eq(peer.fault, PEER_UNTRIED);
    ck_assert_str_eq(peer.details.text, "");
    relay_state_set_peer(made.state, RELAY_PEER_UPSTREAM, RELAY_PEER_UP, "");
    peer_health_collect(&peer, RELAY_PEER_UPSTREAM, &made.config, made.state, now + 1001);
    ck_assert_int_eq(peer.fault, PEER_USABLE);
    peer_health_collect(&peer, RELAY_PEER_UPSTREAM, &made.config, made.state, now + 1400);
    ck_assert_int_eq(peer.fault, PEER_SILENCE);
    made_health_free(&made);
}
END_TEST

START_TEST(a_state_that_is_not_shared)
{
    struct made_health made;
    made_health_new(&made);
    relay_state_close(made.state);
    made.state = relay_state_open("/proc/nowhere/state", relay_metrics_fingerprint());
    made_health_collect(&made, time(NULL));
    ck_assert_int_eq(made.health.verdict, HEALTH_BAD);
    ck_assert_uint_eq(made.health.findings.count, 1);
    ck_assert(health_found(&made.health, HEALTH_BAD, "Counters are not shared"));
    ck_assert_ptr_nonnull(strstr(made.health.peers[RELAY_PEER_DATABASE].details.text, "is not known"));
    made_health_free(&made);
}
END_TEST

START_TEST(what_waits_too_long_and_what_failed)
{
    struct made_health made;
    int64_t now = time(NULL);
    made_health_new(&made);
    made.queue[0].waiting = (struct spool_sum){2, 10, now - 899};
    made_health_collect(&made, now);
    ck_assert_int_eq(made.health.verdict, HEALTH_WELL);
    made.queue[0].waiting.oldest = now - 3700;
    made.queue[1].failed = (struct spool_sum){1234, 10, now};
    snprintf(made.queue[2].err.text, sizeof made.queue[2].err.text, "not allowed");
    made_health_collect(&made, now);
    ck_assert_int_eq(made.health.verdict, HEALTH_NOTICE);
    ck_assert(health_found(&made.health, HEALTH_NOTICE, "Run logs wait, the oldest for 1h 1min"));
    ck_assert(health_found(&made.health, HEALTH_NOTICE, "Inventories that failed: 1,234"));
    ck_assert(health_found(&made.health, HEALTH_NOTICE, "not known: not allowed"));
    made_health_free(&made);
}
END_TEST

START_TEST(run_logs_that_no_output_takes_are_told)
{
    struct made_health made;
    int64_t now = time(NULL);
    made_health_new(&made);
    made.config.reporting.output = RELAY_OUTPUT_DISABLED;
    made.queue[RELAY_KIND_REPORT].waiting = (struct spool_sum){2, 10, now - 90000};
    made.queue[RELAY_KIND_INVENTORY].waiting = (struct spool_sum){2, 10, now - 60};
    made_health_collect(&made, now);
    ck_assert_uint_eq(made.health.findings.count, 1);
    ck_assert(health_found(&made.health, HEALTH_NOTICE, "Run logs wait, the oldest for 1d 1h: "
                                                        "processing.reporting.output is disabled"));
    made_health_free(&made);
}
END_TEST

START_TEST(nodes_and_configuration)
{
    struct made_health made;
    made_health_new(&made);
    made.nodes.current = false;
    made_health_collect(&made, time(NULL));
    ck_assert_int_eq(made.health.verdict, HEALTH_NOTICE);
    made.nodes.known = false;
    made_health_collect(&made, time(NULL));
    ck_assert(health_found(&made.health, HEALTH_BAD, "There is no node index"));
    snprintf(made.health.configuration.text, sizeof made.health.configuration.text, "line 3: bad");
    made_health_collect(&made, time(NULL));
    ck_assert_uint_eq(made.health.findings.count, 1);
    ck_assert(health_found(&made.health, HEALTH_BAD, "line 3: bad"));
    made_health_free(&made);
}
END_TEST

START_TEST(certificates_out_of_their_dates_are_worth_a_look)
{
    struct made_health made;
    made_health_new(&made);
    findings_add(&made.certificates.findings, false, "The certificate of node n has expired");
    made_health_collect(&made, time(NULL));
    ck_assert_int_eq(made.health.verdict, HEALTH_NOTICE);
    ck_assert(health_found(&made.health, HEALTH_NOTICE, "The certificate of node n has expired"));
    made_health_free(&made);
}
END_TEST

START_TEST(activity_of_the_last_hour_minute_by_minute)
{
    struct made_health made;
    int64_t now = time(NULL);
    made_health_new(&made);
    relay_state_count_activity(made.state, RELAY_ACTIVITY_UPLOADED, now - 59 * 60);
    relay_state_count_activity(made.state, RELAY_ACTIVITY_UPLOADED, now);
    relay_state_count_activity(made.state, RELAY_ACTIVITY_UPLOADED, now);
    relay_state_count_activity(made.state, RELAY_ACTIVITY_REFUSED, now - 60);
    made_health_collect(&made, now);
    ck_assert_uint_eq(made.health.activity.count[RELAY_ACTIVITY_UPLOADED][0], 1);
    ck_assert_uint_eq(made.health.activity.count[RELAY_ACTIVITY_UPLOADED][HEALTH_MINUTES - 1], 2);
    ck_assert_uint_eq(made.health.activity.count[RELAY_ACTIVITY_REFUSED][HEALTH_MINUTES - 2], 1);
    made_health_free(&made);
}
END_TEST

START_TEST(a_file_system_that_is_full_keeps_uploads_out)
{
    struct made_health made;
    made_health_new(&made);
    made.config.upload.min_free_space = INT64_C(1) << 60;
    made_health_collect(&made, time(NULL));
    ck_assert_int_eq(made.health.verdict, HEALTH_BAD);
    ck_assert(health_found(&made.health, HEALTH_BAD, "is full: "));
    ck_assert_uint_eq(made.health.findings.count, 1); /* once, though three directories are in it */
    made_health_free(&made);
}
END_TEST

START_TEST(uploads_that_were_turned_away_are_told)
{
    struct made_health made;
    int64_t now = time(NULL);
    made_health_new(&made);
    relay_metrics_upload(made.state, RELAY_KIND_REPORT, 507, 0);
    made_health_collect(&made, now);
    ck_assert(health_found(&made.health, HEALTH_BAD, " 1 were turned away and 0 taken"));
    relay_state_count_activity(made.state, RELAY_ACTIVITY_UPLOADED, now);
    made_health_collect(&made, now);
    ck_assert(health_found(&made.health, HEALTH_NOTICE, " 1 were turned away and 1 taken"));
    relay_metrics_upload(made.state, RELAY_KIND_REPORT, 403, 0);
    made_health_collect(&made, now + 600);
    ck_assert_uint_eq(made.health.findings.count, 1); /* the forwarder's silence */
    made_health_free(&made);
}
END_TEST

START_TEST(a_program_that_does_not_run_is_told)
{
    struct made_health made;
    int64_t now = time(NULL);
    made_health_new(&made);
    relay_state_worker_busy(made.state, RELAY_ENDPOINT_UPLOAD, now - 30);
    made_health_collect(&made, now);
    ck_assert_int_eq(made.health.verdict, HEALTH_WELL);
    relay_state_worker_busy(made.state, RELAY_ENDPOINT_UPLOAD, now - 61);
    made_health_collect(&made, now);
    ck_assert(health_found(&made.health, HEALTH_BAD, "All 1 workers of rudder-relay-upload are busy for 61 s"));
    relay_state_worker_end(made.state, RELAY_ENDPOINT_UPLOAD);
    made_health_collect(&made, now);
    ck_assert(health_found(&made.health, HEALTH_BAD, "rudder-relay-upload does not run"));
    relay_state_worker_idle(made.state, RELAY_ENDPOINT_UPLOAD);
    relay_state_worker_end(made.state, RELAY_ENDPOINT_POLICIES);
    made_health_collect(&made, now);
    ck_assert_int_eq(made.health.verdict, HEALTH_NOTICE);
    ck_assert(health_found(&made.health, HEALTH_NOTICE, "rudder-relay-policies does not run"));
    made_health_free(&made);
}
END_TEST

START_TEST(a_hub_that_says_nothing_is_told)
{
    struct made_health made;
    int64_t now = time(NULL);
    made_health_new(&made);
    made_health_collect(&made, now);
    ck_assert(!made.health.hub.used);
    made.config.hub.enabled = true;
    made_health_collect(&made, now);
    ck_assert(health_found(&made.health, HEALTH_NOTICE, "The hub has not reported yet"));
    relay_metrics_set_hub(made.state, &(struct relay_hub_stats){.waiting = 7, .checked = now - 60});
    made_health_collect(&made, now);
    ck_assert_int_eq(made.health.verdict, HEALTH_WELL);
    made_health_collect(&made, now + 1);
    ck_assert(health_found(&made.health, HEALTH_NOTICE, "Is rudder-relay-hub running? The hub has not reported for"));
    made_health_free(&made);
}
END_TEST

START_TEST(a_daemon_of_virtual_nodes_that_says_nothing_is_told)
{
    struct made_health made;
    int64_t now = time(NULL);
    made_health_new(&made);
    made.config.virtual_nodes.enabled = true;
    made_health_collect(&made, now);
    ck_assert(health_found(&made.health, HEALTH_NOTICE, "Is rudder-relay-virtual running? It has not reported yet"));
    relay_metrics_set_virtual(made.state, 3, now - 60);
    made_health_collect(&made, now);
    ck_assert_int_eq(made.health.verdict, HEALTH_WELL);
    ck_assert_uint_eq(made.health.virtual_nodes.count, 3);
    made_health_collect(&made, now + 1);
    ck_assert(health_found(&made.health, HEALTH_NOTICE, "Is rudder-relay-virtual running? It has not reported for"));
    made_health_free(&made);
}
END_TEST

START_TEST(runs_by_syslog_that_nobody_ends_are_told)
{
    struct made_health made;
    int64_t now = time(NULL);
    made_health_new(&made);
    made.config.syslog.enabled = true;
    made_health_collect(&made, now);
    ck_assert_int_eq(made.health.verdict, HEALTH_WELL); /* no message has come, so it was not started */
    relay_metrics_set_syslog(made.state, &(struct relay_syslog_stats){2, now - 300});
    made_health_collect(&made, now);
    ck_assert_int_eq(made.health.verdict, HEALTH_WELL);
    made_health_collect(&made, now + 1);
    ck_assert(health_found(&made.health, HEALTH_NOTICE, "Of 2 runs under way one should have been ended 5min 1s ago"));
    made_health_free(&made);
}
END_TEST

SUITE_MAIN("health", a_daemon_of_virtual_nodes_that_says_nothing_is_told, runs_by_syslog_that_nobody_ends_are_told,
           a_hub_that_says_nothing_is_told, a_file_system_that_is_full_keeps_uploads_out,
           uploads_that_were_turned_away_are_told,
           a_program_that_does_not_run_is_told, a_relay_that_is_well,
           a_database_that_is_down_with_its_reason_and_since_when, what_the_forwarder_has_not_said_lately_is_not_known,
           what_the_forwarder_never_said_is_not_known,
           an_upstream_that_nothing_was_for_is_no_fault_while_the_forwarder_lives, a_state_that_is_not_shared,
           what_waits_too_long_and_what_failed, run_logs_that_no_output_takes_are_told, nodes_and_configuration,
           certificates_out_of_their_dates_are_worth_a_look, activity_of_the_last_hour_minute_by_minute)
