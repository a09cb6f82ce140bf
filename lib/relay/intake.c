/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/intake.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "relay/relay_metrics.h"
#include "relay/upload_kind.h"
#include "util/close_fd.h"
#include "util/free_space.h"
#include "util/xmalloc.h"

/* When all workers have been busy with one request for longer than this, they are stuck: httpd holds back slow bodies,
 * so load alone does not explain it. */
enum { BUSY_SECONDS = 60 };

static void check_space(struct findings *findings, const struct relay_config *config, int fd, const char *path)
{
    struct err err;
    int64_t reserve = config->upload.min_free_space;
    if (!free_space_for(fd, 0, reserve, &err)) {
        findings_add(findings, true, "The file system of %s is full: %s (upload.min_free_space)", path, err.text);
    } else if (!free_space_for(fd, reserve, reserve, &err)) {
        findings_add(findings, false, "The file system of %s is nearly full: %s for it to be well", path, err.text);
    }
}

/* Have we been on this file system already? Remembers it. */
static bool is_seen(dev_t seen[RELAY_KINDS], size_t *count, dev_t device)
{
    for (size_t i = 0; i < *count; i++) {
        if (seen[i] == device) {
            return true;
        }
    }
    seen[(*count)++] = device;
    return false;
}

/* Checks the space of each file system once. A directory that is not there is the business of who reads the queue. */
static void check_spools(struct findings *findings, const struct relay_config *config)
{
    dev_t seen[RELAY_KINDS];
    size_t count = 0;
    for (enum relay_kind kind = 0; kind < RELAY_KINDS; kind++) {
        struct stat status;
        if (!upload_kind_used(kind, config)) {
            continue;
        }
        char *path = xasprintf("%s/%s", upload_kind_directory(kind, config), upload_kind(kind)->incoming);
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0 && fstat(fd, &status) == 0 && !is_seen(seen, &count, status.st_dev)) {
            check_space(findings, config, fd, path);
        }
        close_fd(&fd);
        free(path);
    }
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
static void check_answers(struct findings *findings, const struct relay_state *state, int64_t now)
{
    uint64_t turned_away = sum_of_minutes(state, RELAY_ACTIVITY_TURNED_AWAY, now);
    uint64_t taken = sum_of_minutes(state, RELAY_ACTIVITY_UPLOADED, now);
    if (turned_away > 0) {
        findings_add(findings, taken == 0,
                     "Of the uploads of the last %d minutes %" PRIu64 " were turned away and %" PRIu64
                     " taken; the log of rudder-relay-upload says why",
                     INTAKE_MINUTES, turned_away, taken);
    }
}

static void check_workers(struct findings *findings, const struct relay_state *state, enum relay_endpoint endpoint,
                          int64_t now)
{
    struct relay_state_workers workers;
    bool upload = endpoint == RELAY_ENDPOINT_UPLOAD;
    const char *name = relay_metrics_endpoint_name(endpoint);
    relay_state_workers(state, endpoint, &workers);
    if (!workers.known) {
        if (upload) {
            findings_add(findings, true, "rudder-relay-upload has not run yet: nobody takes uploads");
        }
    } else if (workers.running == 0) {
        findings_add(findings, upload, "rudder-relay-%s does not run: who asks it gets no answer", name);
    } else if (upload && workers.busy == workers.running && now - workers.busy_since > BUSY_SECONDS) {
        findings_add(findings, true, "All %zu workers of rudder-relay-%s are busy for %" PRId64 " s", workers.running,
                     name, now - workers.busy_since);
    }
}

void intake_check(const struct relay_config *config, const struct relay_state *state, int64_t now_seconds,
                  struct findings *findings)
{
    check_spools(findings, config);
    if (state != NULL && relay_state_shared(state)) {
        check_answers(findings, state, now_seconds);
        for (enum relay_endpoint endpoint = 0; endpoint < RELAY_ENDPOINTS; endpoint++) {
            check_workers(findings, state, endpoint, now_seconds);
        }
    }
}
