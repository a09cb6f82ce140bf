/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "worker_group.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "util/close_fd.h"
#include "util/xmalloc.h"

enum { WORKERS_MIN = 2 };

/* One for each processor, and a second one in any case: it prepares its batch while the other's commit waits for the
 * disk. Each worker keeps a connection, so there are no more workers than connections allowed. */
static unsigned worker_count(const struct relay_config *config, enum relay_kind kind)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    long automatic = processors > WORKERS_MIN ? processors : WORKERS_MIN;
    long count = config->reporting.workers > 0 ? config->reporting.workers : automatic;
    long count_max = config->database.max_pool_size;
    count = count < count_max ? count : count_max;
    return count > 0 && kind == RELAY_KIND_REPORT ? (unsigned)count : 1;
}

bool worker_group_start(struct worker_group *group, const struct worker_group_common *common,
                        struct spool_source *source, struct err *err)
{
    const struct relay_config *config = common->config;
    const struct run_age_now now = run_age_now();
    unsigned count = worker_count(config, source->kind);
    group->shared = (struct worker_shared){
        .config = config,
        .source = source,
        .breaker = db_breaker_new(common->breaker_backoff, common->state),
        .ages = run_age_new(config->reporting.max_age, &now),
        .faults = run_faults_new(config->reporting.set_aside_after * 1000),
        .attempts = attempts_open(source->spool, count),
        .lists = common->lists,
        .syslog = common->syslog,
        .signed_nodes = common->signed_nodes,
        .stop_fd = eventfd(0, EFD_CLOEXEC),
    };
    if (group->shared.stop_fd < 0) {
        return err_set_errno(err, errno, "eventfd");
    }
    group->workers = xcalloc(count, sizeof *group->workers);
    for (unsigned i = 0; i < count; i++) {
        group->workers[i] = worker_start(&group->shared, i + 1, err);
        if (group->workers[i] == NULL) {
            return false;
        }
        group->count++;
    }
    return true;
}

void worker_group_wake_idle(struct worker_group *group)
{
    dispatch_wake_idle(group->shared.source->dispatch);
}

void worker_group_probe_now(struct worker_group *group)
{
    db_breaker_probe_now(group->shared.breaker);
}

void worker_group_stop(struct worker_group *group)
{
    attempts_stop(group->shared.attempts);
    if (group->count > 0) {
        dispatch_stop(group->shared.source->dispatch);
        db_breaker_stop(group->shared.breaker);
        eventfd_write(group->shared.stop_fd, 1);
    }
}

bool worker_group_join(struct worker_group *group, int64_t until_ms)
{
    bool ended = true;
    for (unsigned i = 0; i < group->count; i++) {
        ended = worker_join(group->workers[i], until_ms) && ended;
    }
    return ended;
}

void worker_group_free(struct worker_group *group)
{
    free(group->workers);
    db_breaker_free(group->shared.breaker);
    run_age_free(group->shared.ages);
    run_faults_free(group->shared.faults);
    attempts_close(group->shared.attempts);
    if (group->workers != NULL) {
        close_fd(&group->shared.stop_fd);
    }
}
