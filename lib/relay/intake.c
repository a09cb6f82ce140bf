/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/intake.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "relay/relay_metrics.h"
#include "relay/spool_set.h"
#include "util/free_space.h"

/* When all workers have been busy with one request for longer than this, they are stuck: httpd holds back slow bodies,
 * so load alone does not explain it. */
enum { BUSY_SECONDS = 60 };

struct intake {
    struct intake_finding *findings;
    size_t count;
};

static void __attribute__((format(printf, 3, 4)))
intake_find(struct intake *intake, bool stops, const char *format, ...)
{
    va_list args;
    if (intake->count == INTAKE_FINDINGS_MAX) {
        return;
    }
    struct intake_finding *finding = &intake->findings[intake->count++];
    finding->stops = stops;
    va_start(args, format);
    vsnprintf(finding->text.text, sizeof finding->text.text, format, args);
    va_end(args);
}

static void check_space(struct intake *intake, const struct relay_config *config, const struct spool *spool)
{
    struct err err;
    int64_t reserve = config->upload.min_free_space;
    const char *path = spool_incoming_path(spool);
    if (!free_space_for(spool_incoming_fd(spool), 0, reserve, &err)) {
        intake_find(intake, true, "The file system of %s is full: %s (upload.min_free_space)", path, err.text);
    } else if (!free_space_for(spool_incoming_fd(spool), reserve, reserve, &err)) {
        intake_find(intake, false, "The file system of %s is nearly full: %s for it to be well", path, err.text);
    }
}

/* Checks the space of each file system once. */
static void check_spools(struct intake *intake, const struct relay_config *config)
{
    struct spool_set spools;
    dev_t seen[RELAY_KINDS];
    size_t count = 0;
    spool_set_open(&spools, config);
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        struct stat status;
        if (spools.each[i] == NULL || fstat(spool_incoming_fd(spools.each[i]), &status) != 0) {
            continue;
        }
        bool known = false;
        for (size_t j = 0; j < count; j++) {
            known = known || seen[j] == status.st_dev;
        }
        if (!known) {
            seen[count++] = status.st_dev;
            check_space(intake, config, spools.each[i]);
        }
    }
    spool_set_close(&spools);
}

static uint64_t sum_of_minutes(const struct relay_state *state, enum relay_activity kind, int64_t now)
{
    uint64_t sum = 0;
    for (int i = 0; i < INTAKE_MINUTES; i++) {
        sum += relay_state_activity(state, kind, now / 60 - i);
    }
    return sum;
}

/* Finds out whether uploads are refused with a 5xx. One node over its own limit is not the relay's fault, and then
 * uploads of other nodes still come in. */
static void check_answers(struct intake *intake, const struct relay_state *state, int64_t now)
{
    uint64_t turned_away = sum_of_minutes(state, RELAY_ACTIVITY_TURNED_AWAY, now);
    uint64_t taken = sum_of_minutes(state, RELAY_ACTIVITY_UPLOADED, now);
    if (turned_away > 0) {
        intake_find(intake, taken == 0,
                    "Of the uploads of the last %d minutes %" PRIu64 " were turned away and %" PRIu64
                    " taken; the log of rudder-relay-upload says why",
                    INTAKE_MINUTES, turned_away, taken);
    }
}

static void check_workers(struct intake *intake, const struct relay_state *state, enum relay_endpoint endpoint,
                          int64_t now)
{
    struct relay_state_workers workers;
    bool upload = endpoint == RELAY_ENDPOINT_UPLOAD;
    const char *name = relay_metrics_endpoint_name(endpoint);
    relay_state_workers(state, endpoint, &workers);
    if (!workers.known) {
        if (upload) {
            intake_find(intake, true, "rudder-relay-upload has not run yet: nobody takes uploads");
        }
    } else if (workers.running == 0) {
        intake_find(intake, upload, "rudder-relay-%s does not run: who asks it gets no answer", name);
    } else if (upload && workers.busy == workers.running && now - workers.busy_since > BUSY_SECONDS) {
        intake_find(intake, true, "All %zu workers of rudder-relay-%s are busy for %" PRId64 " s", workers.running,
                    name, now - workers.busy_since);
    }
}

size_t intake_check(const struct relay_config *config, const struct relay_state *state, int64_t now_seconds,
                    struct intake_finding findings[INTAKE_FINDINGS_MAX])
{
    struct intake intake = {.findings = findings};
    check_spools(&intake, config);
    if (state != NULL && relay_state_shared(state)) {
        check_answers(&intake, state, now_seconds);
        for (enum relay_endpoint endpoint = 0; endpoint < RELAY_ENDPOINTS; endpoint++) {
            check_workers(&intake, state, endpoint, now_seconds);
        }
    }
    return intake.count;
}
