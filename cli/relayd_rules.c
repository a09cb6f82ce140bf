/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relayd_rules.h"

#include <string.h>

#include "relayd_import.h"

static const char no_threads[] =
    "the programs have no such threads: PROCESSES= in the units, processing.reporting.workers";
static const char template_says[] = "root's policies always write this";

static const struct relayd_rule main_rules[] = {
    {"general.nodes_list_file", RELAYD_NEED, NULL, NULL, 0},
    {"general.nodes_certs_file", RELAYD_NEED, NULL, NULL, 0},
    {"general.node_id", RELAYD_NEED, NULL, NULL, 0},
    {"general.node_id_file", RELAYD_NEED, NULL, NULL, 0},
    {"general.listen", RELAYD_LISTEN, NULL,
     "the address of the local listener is LOCAL_VHOST of rudder-relay-httpd-conf", 0},
    {"general.core_threads", RELAYD_NOTHING, NULL, no_threads, 0},
    {"general.blocking_threads", RELAYD_NOTHING, NULL, no_threads, 0},
    {"general.https_port", RELAYD_NEED, NULL, NULL, 0},
    {"general.https_idle_timeout", RELAYD_CARRY, NULL, NULL, 0},
    {"general.peer_authentication", RELAYD_OLD_MODEL, NULL, NULL, 0},
    {"general.certificate_verification_model", RELAYD_OLD_MODEL, "general.peer_authentication", NULL, 0},
    {"general.ca_path", RELAYD_NEED, NULL, NULL, 0},
    {"processing.inventory.directory", RELAYD_NEED, NULL, NULL, 0},
    {"processing.inventory.output", RELAYD_NEED, NULL, NULL, 0},
    {"processing.inventory.catchup.frequency", RELAYD_TEMPLATE, NULL, template_says, 0},
    {"processing.inventory.catchup.limit", RELAYD_TEMPLATE, NULL, template_says, 0},
    {"processing.inventory.cleanup.frequency", RELAYD_CARRY, NULL, NULL, 0},
    {"processing.inventory.cleanup.retention", RELAYD_RETENTION, NULL, template_says, 0},
    {"processing.reporting.directory", RELAYD_NEED, NULL, NULL, 0},
    {"processing.reporting.output", RELAYD_NEED, NULL, NULL, 0},
    {"processing.reporting.skip_event_types", RELAYD_NEED, NULL, NULL, 0},
    {"processing.reporting.catchup.frequency", RELAYD_TEMPLATE, NULL, template_says, 0},
    {"processing.reporting.catchup.limit", RELAYD_TEMPLATE, NULL, template_says, 0},
    {"processing.reporting.cleanup.frequency", RELAYD_CARRY, NULL, NULL, 0},
    {"processing.reporting.cleanup.retention", RELAYD_RETENTION, NULL, template_says, 0},
    {"output.database.url", RELAYD_URL, NULL, NULL, 0},
    {"output.database.password", RELAYD_PASSWORD, "output.database.password_file", NULL, RELAYD_PASSWORD_DATABASE},
    {"output.database.max_pool_size", RELAYD_CARRY, NULL, NULL, 0},
    {"output.upstream.url", RELAYD_OLD_URL, "output.upstream.host", NULL, 0},
    {"output.upstream.host", RELAYD_NEED, NULL, NULL, 0},
    {"output.upstream.user", RELAYD_NEED, NULL, NULL, 0},
    {"output.upstream.password", RELAYD_PASSWORD, "output.upstream.password_file", NULL, RELAYD_PASSWORD_UPSTREAM},
    {"output.upstream.default_password", RELAYD_PASSWORD, "output.upstream.default_password_file", NULL,
     RELAYD_PASSWORD_DEFAULT},
    {"output.upstream.server_certificate_file", RELAYD_NEED, NULL, NULL, 0},
    {"output.upstream.verify_certificates", RELAYD_OLD_VERIFY, "general.peer_authentication", NULL, 0},
    {"remote_run.enabled", RELAYD_NEED, NULL, NULL, 0},
    {"remote_run.command", RELAYD_NEED, NULL, NULL, 0},
    {"remote_run.use_sudo", RELAYD_NEED, NULL, NULL, 0},
    {"shared_files.path", RELAYD_NEED, NULL, NULL, 0},
    {"shared_files.max_body_size", RELAYD_CARRY, NULL, NULL, 0},
    {"shared_files.cleanup.frequency", RELAYD_CARRY, NULL, NULL, 0},
    {"shared_folder.path", RELAYD_NEED, NULL, NULL, 0},
};

static const struct relayd_rule logging_rules[] = {
    {"general.level", RELAYD_LEVEL, "logging.level", NULL, 0},
    {"general.filter", RELAYD_NOTHING, "logging.filter",
     "components have other names here, see logging.filter in relay.conf(5)", 0},
};

static const struct relayd_rule *relayd_rule_of(const struct relayd_rule *rules, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rules[i].key, key) == 0) {
            return &rules[i];
        }
    }
    return NULL;
}

const struct relayd_rule *relayd_rule_main(const char *key)
{
    return relayd_rule_of(main_rules, sizeof main_rules / sizeof *main_rules, key);
}

const struct relayd_rule *relayd_rule_logging(const char *key)
{
    return relayd_rule_of(logging_rules, sizeof logging_rules / sizeof *logging_rules, key);
}

bool relayd_rules_decide(const char *to)
{
    for (size_t i = 0; i < sizeof main_rules / sizeof *main_rules; i++) {
        const struct relayd_rule *rule = &main_rules[i];
        if (rule->action != RELAYD_TEMPLATE && rule->action != RELAYD_RETENTION &&
            (strcmp(rule->key, to) == 0 || (rule->to != NULL && strcmp(rule->to, to) == 0))) {
            return true;
        }
    }
    return strcmp(to, "logging.level") == 0;
}
