/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/health.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "relay/intake.h"
#include "system/html_format.h"
#include "util/duration.h"

enum { SLOW_SECONDS = 15 * 60 }; /* a file that waits longer than this is worth a notice */


static void __attribute__((format(printf, 3, 4))) find(struct health *health, enum health_verdict verdict,
                                                       const char *format, ...)
{
    char text[ERR_TEXT_SIZE];
    va_list args;
    if (health->finding_count == HEALTH_FINDINGS) {
        return;
    }
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct health_finding *finding = &health->findings[health->finding_count++];
    finding->verdict = verdict;
    snprintf(finding->text.text, sizeof finding->text.text, "%s", text);
    health->verdict = verdict > health->verdict ? verdict : health->verdict;
}

static void judge_peer(struct health *health, enum relay_peer peer, const char *name)
{
    const struct peer_health *found = &health->peers[peer];
    if (found->used && found->fault == PEER_UNUSABLE) {
        find(health, HEALTH_BAD, "The %s cannot be used; what comes in waits and is not lost: %s.", name,
             found->details.text);
    }
}

/* The same forwarder reports both peers, so its silence is reported only once. */
static void judge_forwarder(struct health *health)
{
    for (int peer = 0; peer < RELAY_PEERS; peer++) {
        const struct peer_health *found = &health->peers[peer];
        if (found->used && found->fault == PEER_SILENCE && health->shared) {
            find(health, HEALTH_BAD, "Is the forwarder running? %c%s.", found->details.text[0] - 'a' + 'A',
                 found->details.text + 1);
            return;
        }
    }
}

/* Adds what keeps uploads out. */
static void judge_intake(struct health *health, const struct relay_state *state)
{
    struct intake_finding findings[INTAKE_FINDINGS_MAX];
    size_t count = intake_check(health->config, state, health->now, findings);
    for (size_t i = 0; i < count; i++) {
        find(health, findings[i].stops ? HEALTH_BAD : HEALTH_NOTICE, "%s.", findings[i].text.text);
    }
}

static void judge_nodes(struct health *health)
{
    if (!health->nodes->known && health->configuration.text[0] == '\0') {
        find(health, HEALTH_BAD, "There is no node index: every node is unknown.");
    } else if (health->nodes->known && !health->nodes->current) {
        find(health, HEALTH_NOTICE, "The node list or the certificates have changed and are not taken up yet.");
    }
}

/* Does anybody take the files of this spool away? Run logs stay while their output is disabled. Inventories always
 * leave: the web application takes those that have no output. */
static bool leaves(const struct health *health, size_t spool)
{
    return spool == 0 ? health->config->reporting.output != RELAY_OUTPUT_DISABLED : true;
}

static void judge_spool(struct health *health, size_t i)
{
    const struct spool_totals *totals = &health->queue[i];
    const char *name = upload_kind((enum relay_kind)i)->title;
    char age[DURATION_TEXT_SIZE];
    char number[HTML_NUMBER_SIZE];
    if (totals->err.text[0] != '\0') {
        find(health, HEALTH_NOTICE, "%s: how many there are is not known: %s.", name, totals->err.text);
        return;
    }
    if (totals->waiting.files > 0 && health->now - totals->waiting.oldest > SLOW_SECONDS && leaves(health, i)) {
        duration_format(health->now - totals->waiting.oldest, age);
        find(health, HEALTH_NOTICE, "%s wait, the oldest for %s.", name, age);
    }
    if (totals->failed.files > 0) {
        html_format_number(totals->failed.files, number);
        find(health, HEALTH_NOTICE, "%s that failed: %s. Each is kept, with its reason.", name, number);
    }
}

static void judge(struct health *health, const struct relay_state *state)
{
    if (health->configuration.text[0] != '\0') {
        find(health, HEALTH_BAD, "The configuration is not right, a restart or reload would fail: %s.",
             health->configuration.text);
    }
    judge_intake(health, state);
    judge_peer(health, RELAY_PEER_DATABASE, "database");
    judge_peer(health, RELAY_PEER_UPSTREAM, "upstream server");
    judge_forwarder(health);
    judge_nodes(health);
    if (!health->shared) {
        find(health, HEALTH_BAD, "Counters are not shared: the programs cannot use %s, so the forwarder's findings and "
                                 "the activity are not known here. The system program's log says why.",
             health->config->general.state_file);
    }
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        judge_spool(health, i);
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
    health->config = config;
    health->now = now_seconds;
    health->shared = relay_state_shared(state);
    for (int peer = 0; peer < RELAY_PEERS; peer++) {
        peer_health_collect(&health->peers[peer], (enum relay_peer)peer, config, state, now_seconds);
    }
    relay_state_last_error(state, &health->last_error);
    collect_activity(health, state);
    judge(health, state);
}
