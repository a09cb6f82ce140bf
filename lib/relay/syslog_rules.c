/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/syslog_rules.h"

#include <stdlib.h>

#include "util/compare.h"
#include "util/ip_network.h"
#include "util/xmalloc.h"

struct sorted_ids {
    const char **at; /* the texts belong to the configuration */
    size_t count;
};

struct syslog_rules {
    struct ip_network *networks;
    size_t network_count;
    struct sorted_ids nodes;
    struct sorted_ids readmitted;
};

static size_t syslog_rules_count(char *const *texts)
{
    size_t count = 0;
    while (texts[count] != NULL) {
        count++;
    }
    return count;
}

static struct sorted_ids sort_ids(char *const *texts)
{
    struct sorted_ids ids = {.count = syslog_rules_count(texts)};
    ids.at = xcalloc(ids.count + 1, sizeof *ids.at);
    for (size_t i = 0; i < ids.count; i++) {
        ids.at[i] = texts[i];
    }
    qsort(ids.at, ids.count, sizeof *ids.at, compare_texts);
    return ids;
}

static bool has_id(const struct sorted_ids *ids, const char *id)
{
    return ids->count > 0 && bsearch(&id, ids->at, ids->count, sizeof *ids->at, compare_texts) != NULL;
}

struct syslog_rules *syslog_rules_new(const struct relay_config_syslog *config)
{
    struct syslog_rules *rules = xcalloc(1, sizeof *rules);
    rules->networks = xcalloc(syslog_rules_count(config->networks) + 1, sizeof *rules->networks);
    for (char **text = config->networks; *text != NULL; text++) {
        if (ip_network_parse(*text, &rules->networks[rules->network_count], NULL)) {
            rules->network_count++;
        }
    }
    rules->nodes = sort_ids(config->nodes);
    rules->readmitted = sort_ids(config->readmitted_nodes);
    return rules;
}

void syslog_rules_free(struct syslog_rules *rules)
{
    if (rules != NULL) {
        free(rules->networks);
        free(rules->nodes.at);
        free(rules->readmitted.at);
        free(rules);
    }
}

bool syslog_rules_has_address(const struct syslog_rules *rules, const char *address)
{
    for (size_t i = 0; i < rules->network_count; i++) {
        if (ip_network_contains(&rules->networks[i], address)) {
            return true;
        }
    }
    return false;
}

bool syslog_rules_has_node(const struct syslog_rules *rules, const char *node_id)
{
    return has_id(&rules->nodes, node_id);
}

bool syslog_rules_readmits(const struct syslog_rules *rules, const char *node_id)
{
    return has_id(&rules->readmitted, node_id);
}
