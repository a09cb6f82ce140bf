/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/system.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config.h"
#include "relay/intake.h"
#include "system/config_check.h"
#include "system/health.h"
#include "system/json_reply.h"
#include "system/peer_health.h"
#include "system/queue_stats.h"
#include "system/reload.h"
#include "system/status_page.h"
#include "util/json_utf8.h"
#include "util/log.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "system"

struct system {
    const struct relay_config *config;
    struct config_check config_check;
    struct queue_stats queue;
    struct node_health nodes;
    struct cert_health certificates;
};

void *system_start(const struct relay_config *config, struct err *err)
{
    (void)err;
    struct system *system = xcalloc(1, sizeof *system);
    system->config = config;
    return system;
}

void system_stop(void *state)
{
    struct system *system = state;
    queue_stats_free(&system->queue);
    free(system);
}

void system_get_info(void *state, struct request *request, struct response *response)
{
    (void)state;
    (void)request;
    const char *full = PACKAGE_VERSION;
    size_t major = strcspn(full, ".");
    major += full[major] == '.' ? 1 + strcspn(full + major + 1, ".") : 0;
    json_reply_success(response, "getSystemInfo",
                       json_pack("{s:s%, s:s}", "major-version", full, major, "full-version", full));
}

static json_t *part(const char *details)
{
    bool good = details[0] == '\0';
    return json_pack("{s:s, s:o*}", "status", good ? "success" : "error", "details",
                     good ? NULL : json_utf8_new(details));
}

/* Callers of the original know only the members "database" and "configuration". Any other member is there only when it
 * reports an error. */
static void add_peer_part(json_t *data, const char *name, enum relay_peer peer, const struct relay_config *config,
                          const struct relay_state *state)
{
    struct peer_health health;
    peer_health_collect(&health, peer, config, state, time(NULL));
    if (health.used && (health.details.text[0] != '\0' || peer == RELAY_PEER_DATABASE)) {
        json_object_set_new(data, name, part(health.details.text));
    }
}

static void add_hub_part(json_t *data, const struct relay_config *config, const struct relay_state *state)
{
    struct hub_health hub;
    hub_health_collect(&hub, config, state, time(NULL));
    if (hub.details.text[0] != '\0') {
        json_object_set_new(data, "hub", part(hub.details.text));
    }
}

/* The first cause that keeps uploads out. */
static void add_uploads_part(json_t *data, const struct relay_config *config, const struct relay_state *state)
{
    struct findings findings = {0};
    intake_check(config, state, time(NULL), &findings);
    const char *details = findings_first_stop(&findings);
    if (details[0] != '\0') {
        json_object_set_new(data, "uploads", part(details));
    }
}

void system_get_status(void *state, struct request *request, struct response *response)
{
    struct system *system = state;
    struct err err = {0};
    json_t *data = json_object();
    add_peer_part(data, "database", RELAY_PEER_DATABASE, system->config, request->relay_state);
    add_peer_part(data, "upstream", RELAY_PEER_UPSTREAM, system->config, request->relay_state);
    (void)config_check_now(&system->config_check, system->config, request->index != NULL, &err);
    json_object_set_new(data, "configuration", part(err.text));
    add_uploads_part(data, system->config, request->relay_state);
    add_hub_part(data, system->config, request->relay_state);
    cert_health_collect(&system->certificates, system->config, request->index, time(NULL));
    if (system->certificates.wrong.text[0] != '\0') {
        json_object_set_new(data, "certificates", part(system->certificates.wrong.text));
    }
    json_reply_success(response, "getStatus", data);
}

void system_get_queue(void *state, struct request *request, struct response *response)
{
    (void)request;
    struct system *system = state;
    queue_stats_read(&system->queue, system->config);
    json_reply_success(response, "getQueue", queue_stats_json(&system->queue, time(NULL)));
}

void system_post_reload(void *state, struct request *request, struct response *response)
{
    static const char action[] = "reloadConfiguration";
    struct system *system = state;
    struct node_index_summary summary;
    struct err err = {0};
    if (!reload_all(system->config, request->relay_state, &summary, &err)) {
        log_error("not reloaded, all stays as it was", log_text("reason", err.text));
        json_reply_error(response, action, err.text);
        return;
    }
    log_info("reloaded", log_number("nodes", (int64_t)summary.nodes),
             log_number("certificates", (int64_t)summary.certificates));
    json_reply_success(response, action, NULL);
}

void system_get_page(void *state, struct request *request, struct response *response)
{
    struct system *system = state;
    struct health *health = xcalloc(1, sizeof *health);
    queue_stats_read(&system->queue, system->config);
    (void)config_check_now(&system->config_check, system->config, request->index != NULL, &health->configuration);
    node_health_collect(&system->nodes, system->config, request->index);
    cert_health_collect(&system->certificates, system->config, request->index, time(NULL));
    health->version = PACKAGE_VERSION;
    health->queue = system->queue.totals;
    health->nodes = &system->nodes;
    health->certificates = &system->certificates;
    health_collect(health, system->config, request->relay_state, time(NULL));
    status_page_answer(health, slice_ends_with(buffer_slice(&request->path), "/"), response);
    free(health);
}
