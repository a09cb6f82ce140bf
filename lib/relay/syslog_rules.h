/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * syslog_rules: who may report by syslog: the lists of the configuration, made fast to ask. Runs that come by syslog
 * are not signed, so these lists, and what the forwarder remembers of signed runs (forwarder/signed_nodes.h), are all
 * that stands between a sender and the database.
 */
#pragma once

#include <stdbool.h>

#include "relay/relay_config.h"

struct syslog_rules;

/* config must have been checked (relay_config_load does), and must outlive the rules. */
struct syslog_rules *syslog_rules_new(const struct relay_config_syslog *config);
void syslog_rules_free(struct syslog_rules *rules); /* takes NULL */

/* May a message come from this address? */
bool syslog_rules_has_address(const struct syslog_rules *rules, const char *address);

/* Is it a node that reports by syslog? */
bool syslog_rules_has_node(const struct syslog_rules *rules, const char *node_id);

/* May the node report by syslog though it has sent a signed run? */
bool syslog_rules_readmits(const struct syslog_rules *rules, const char *node_id);
