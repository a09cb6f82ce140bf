/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/health.h"

#include "relay/intake.h"
#include "relay/relay_metrics.h"
#include "system/html_format.h"
#include "util/duration.h"

enum { SLOW_SECONDS = 15 * 60 }; /* a file that waits longer than this is worth a notice */

static void judge_peer(struct health *health, enum relay_peer peer, const char *name)
{
    const struct peer_health *found = &health->peers[peer];
    if (found->used && found->fault == PEER_UNUSABLE) {
        findings_add(&health->findings, true, "The %s cannot be used; what comes in waits and is not lost: %s", name,
                     found->details.text);
    }
}

/* The same forwarder reports both peers, so its silence is reported only once. */
static void judge_forwarder(struct health *health)
{
    for (int peer = 0; peer < RELAY_PEERS; peer++) {
        const struct peer_health *found = &health->peers[peer];
        if (found->used && found->fault == PEER_SILENCE && health->shared) {
            findings_add(&health->findings, true, "Is the forwarder running? %c%s", found->details.text[0] - 'a' + 'A',
                         found->details.text + 1);
            return;
        }
    }
}

/* details: why the program does not seem to run; "" when it does. */
static void judge_part(struct health *health, const struct err *details, const char *program)
{
    if (details->text[0] != '\0' && health->shared) {
        findings_add(&health->findings, false, "Is %s running? %c%s", program, details->text[0] - 'a' + 'A',
                     details->text + 1);
    }
}

static void judge_nodes(struct health *health)
{
    if (!health->nodes->known && health->configuration.text[0] == '\0') {
        findings_add(&health->findings, true, "There is no node index: every node is unknown");
    } else if (health->nodes->known && !health->nodes->current) {
        findings_add(&health->findings, false,
                     "The node list or the certificates have changed and are not taken up yet");
    }
}

/* Does nobody take the files of this spool away? Inventories always leave: the web application takes those that have no
 * output. */
static bool stays(const struct health *health, size_t spool)
{
    return spool == RELAY_KIND_REPORT && health->config->reporting.output == RELAY_OUTPUT_DISABLED;
}

static void judge_spool(struct health *health, size_t i)
{
    const struct spool_totals *totals = &health->queue[i];
    const char *name = upload_kind((enum relay_kind)i)->title;
    char age[DURATION_TEXT_SIZE];
    char number[HTML_NUMBER_SIZE];
    if (totals->err.text[0] != '\0') {
        findings_add(&health->findings, false, "%s: how many there are is not known: %s", name, totals->err.text);
        return;
    }
    if (totals->waiting.files > 0 && health->now - totals->waiting.oldest > SLOW_SECONDS) {
        duration_format(health->now - totals->waiting.oldest, age);
        findings_add(&health->findings, false, "%s wait, the oldest for %s%s", name, age,
                     stays(health, i) ? ": processing.reporting.output is disabled, so they stay until they are removed"
                                      : "");
    }
    if (totals->failed.files > 0) {
        html_format_number(totals->failed.files, number);
        findings_add(&health->findings, false, "%s that failed: %s. Each is kept, with its reason", name, number);
    }
}

/* Whether it can be reached now, nobody knows: it is asked when a node asks. */
static void judge_policy_source(struct health *health, const struct relay_state *state)
{
    struct relay_policy_source source;
    char age[DURATION_TEXT_SIZE], last[DURATION_TEXT_SIZE];
    relay_metrics_policy_source(state, &source);
    if (source.failing_since != 0) {
        duration_format(health->now - source.failing_since, age);
        duration_format(health->now - source.last_failure, last);
        findings_add(&health->findings, false,
                     "The policy server above could not be reached for what nodes fetch, for %s, the last time %s ago; "
                     "they get the copies that are here",
                     age, last);
    }
}

static void judge(struct health *health, const struct relay_state *state)
{
    if (health->configuration.text[0] != '\0') {
        findings_add(&health->findings, true, "The configuration is not right, a restart or reload would fail: %s",
                     health->configuration.text);
    }
    intake_check(health->config, state, health->now, &health->findings);
    judge_peer(health, RELAY_PEER_DATABASE, "database");
    judge_peer(health, RELAY_PEER_UPSTREAM, "upstream server");
    judge_forwarder(health);
    judge_policy_source(health, state);
    judge_part(health, &health->hub.details, "rudder-relay-hub");
    judge_part(health, &health->virtual_nodes.details, "rudder-relay-virtual");
    judge_part(health, &health->syslog.details, "rudder-relay-syslog, which rsyslog starts,");
    judge_nodes(health);
    if (!health->shared) {
        findings_add(&health->findings, true,
                     "Counters are not shared: the programs cannot use %s, so the forwarder's findings and "
                     "the activity are not known here. The system program's log says why",
                     health->config->general.state_file);
    }
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        judge_spool(health, i);
    }
    for (size_t i = 0; i < health->certificates->findings.count; i++) {
        findings_add(&health->findings, false, "%s", health->certificates->findings.at[i].text.text);
    }
    health->verdict = health->findings.count == 0 ? HEALTH_WELL : HEALTH_NOTICE;
    if (findings_first_stop(&health->findings)[0] != '\0') {
        health->verdict = HEALTH_BAD;
    }
}

static void collect_activity(struct health *health, const struct relay_state *state)
{
    int64_t first = health->now / 60 - (HEALTH_MINUTES - 1);
    for (int kind = 0; kind < RELAY_ACTIVITY_KINDS; kind++) {
        for (int i = 0; i < HEALTH_MINUTES; i++) {
            health->activity.count[kind][i] = relay_state_activity(state, (enum relay_activity)kind, first + i);
        }
    }
}

void health_collect(struct health *health, const struct relay_config *config, const struct relay_state *state,
                    int64_t now_seconds)
{
    health->findings = (struct findings){0};
    health->config = config;
    health->now = now_seconds;
    health->shared = relay_state_shared(state);
    for (int peer = 0; peer < RELAY_PEERS; peer++) {
        peer_health_collect(&health->peers[peer], (enum relay_peer)peer, config, state, now_seconds);
    }
    hub_health_collect(&health->hub, config, state, now_seconds);
    part_health_virtual(&health->virtual_nodes, config, state, now_seconds);
    part_health_syslog(&health->syslog, config, state, now_seconds);
    relay_state_last_error(state, &health->last_error);
    collect_activity(health, state);
    judge(health, state);
}
