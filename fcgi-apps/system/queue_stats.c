/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/queue_stats.h"

#include "relay/spool_set.h"
#include "util/clock.h"
#include "util/json_utf8.h"

enum { REST = 10 }; /* after reading, the program does not read for this many times as long */

void queue_stats_read(struct queue_stats *figures, const struct relay_config *config)
{
    struct spool_set spools;
    int64_t begun = clock_us();
    if (figures->read_at_us != 0 && begun - figures->read_at_us < REST * figures->took_us) {
        return;
    }
    spool_totals_free(figures->totals);
    spool_set_open(&spools, config);
    spool_totals_read(&spools, figures->totals);
    spool_set_close(&spools);
    figures->read_at_us = clock_us();
    figures->took_us = figures->read_at_us - begun;
}

void queue_stats_free(struct queue_stats *figures)
{
    spool_totals_free(figures->totals);
    *figures = (struct queue_stats){0};
}

static void set_total(json_t *json, const struct spool_sum *total, int64_t now)
{
    int64_t age = now - total->oldest;
    json_object_set_new(json, "files", json_integer((json_int_t)total->files));
    json_object_set_new(json, "bytes", json_integer((json_int_t)total->bytes));
    json_object_set_new(json, "oldest_seconds", total->files > 0 ? json_integer(age > 0 ? age : 0) : json_null());
}

static json_t *json_of(const struct spool_totals *totals, bool failed, int64_t now)
{
    if (totals->err.text[0] != '\0') {
        return json_pack("{s:o}", "error", json_utf8_new(totals->err.text));
    }
    json_t *json = json_object();
    set_total(json, failed ? &totals->failed : &totals->waiting, now);
    if (failed) {
        json_t *errors = json_array();
        for (size_t i = 0; i < totals->failure_count; i++) {
            json_t *error = json_pack("{s:o}", "reason", json_utf8_new(totals->failures[i].reason));
            set_total(error, &totals->failures[i].total, now);
            json_array_append_new(errors, error);
        }
        json_object_set_new(json, "errors", errors);
    }
    return json;
}

json_t *queue_stats_json(const struct queue_stats *figures, int64_t now_seconds)
{
    json_t *json = json_object();
    for (int failed = 0; failed <= 1; failed++) {
        json_t *state = json_object();
        for (enum relay_kind kind = 0; kind < RELAY_KINDS; kind++) {
            if (figures->totals[kind].used) {
                json_object_set_new(state, upload_kind(kind)->plural,
                                    json_of(&figures->totals[kind], failed == 1, now_seconds));
            }
        }
        json_object_set_new(json, failed == 1 ? "failed" : "waiting", state);
    }
    return json;
}
