/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/peer_health.h"

#include "relay/relay_metrics.h"
#include "util/duration.h"

enum { SILENCE_SECONDS = 300, SCANS = 3 };

int64_t peer_health_silence_seconds(const struct relay_config *config)
{
    int64_t frequency = config->reporting.catchup_frequency;
    if (config->inventory.catchup_frequency > frequency) {
        frequency = config->inventory.catchup_frequency;
    }
    return SCANS * frequency > SILENCE_SECONDS ? SCANS * frequency : SILENCE_SECONDS;
}

static bool is_used(enum relay_peer peer, const struct relay_config *config)
{
    return peer == RELAY_PEER_DATABASE ? config->reporting.output == RELAY_OUTPUT_DATABASE
                                       : relay_config_uses_upstream(config);
}

static void say_down(struct peer_health *health, int64_t now)
{
    char age[DURATION_TEXT_SIZE];
    duration_format(now - health->report.since, age);
    const char *reason = health->report.details[0] != '\0' ? health->report.details : "no reason was given";
    err_set(&health->details, "%s (for %s)", reason, age);
}

/* When the forwarder last published what waits. It does so even if nothing waits. */
static int64_t last_sign_of_life(const struct relay_state *state)
{
    int64_t last = 0;
    for (int kind = 0; kind < RELAY_KINDS; kind++) {
        struct relay_spool_stats figures;
        relay_metrics_spool(state, (enum relay_kind)kind, false, &figures);
        last = figures.checked > last ? figures.checked : last;
    }
    return last;
}

/* The moment from which silence counts. The forwarder asks the database every minute, but the upstream only when there
 * is something to send. In between it is enough that the forwarder is alive. */
static int64_t last_word(enum relay_peer peer, const struct relay_peer_report *report, const struct relay_state *state)
{
    int64_t life = peer == RELAY_PEER_UPSTREAM ? last_sign_of_life(state) : 0;
    return life > report->checked ? life : report->checked;
}

void peer_health_collect(struct peer_health *health, enum relay_peer peer, const struct relay_config *config,
                         const struct relay_state *state, int64_t now_seconds)
{
    struct relay_peer_report *report = &health->report;
    char age[DURATION_TEXT_SIZE];
    *health = (struct peer_health){.used = is_used(peer, config)};
    if (!health->used) {
        return;
    }
    relay_state_peer(state, peer, report);
    int64_t heard = last_word(peer, report, state);
    int64_t silence = now_seconds - heard;
    if (heard == 0) {
        health->fault = PEER_SILENCE;
        err_set(&health->details, relay_state_shared(state)
                                      ? "the forwarder has not reported yet"
                                      : "what the forwarder reports is not known: the programs share no state "
                                        "(see the log)");
    } else if (silence > peer_health_silence_seconds(config)) {
        health->fault = PEER_SILENCE;
        duration_format(silence, age);
        err_set(&health->details, "the forwarder has not reported for %s", age);
    } else if (report->state == RELAY_PEER_DOWN) {
        health->fault = PEER_UNUSABLE;
        say_down(health, now_seconds);
    } else if (report->state == RELAY_PEER_UNKNOWN) {
        health->fault = PEER_UNTRIED;
    }
}
