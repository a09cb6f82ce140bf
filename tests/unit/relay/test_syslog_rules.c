/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/syslog_rules.h"

#include "support/suite.h"

START_TEST(only_who_is_listed)
{
    char *networks[] = {(char[]){"192.0.2.0/24"}, (char[]){"2001:db8::1"}, NULL};
    char *nodes[] = {(char[]){"n3"}, (char[]){"n1"}, (char[]){"n2"}, NULL};
    char *readmitted[] = {(char[]){"n2"}, NULL};
    const struct relay_config_syslog config = {.networks = networks, .nodes = nodes, .readmitted_nodes = readmitted};
    struct syslog_rules *rules = syslog_rules_new(&config);
    ck_assert(syslog_rules_has_address(rules, "192.0.2.1"));
    ck_assert(syslog_rules_has_address(rules, "2001:db8::1"));
    ck_assert(!syslog_rules_has_address(rules, "192.0.3.1"));
    ck_assert(syslog_rules_has_node(rules, "n1") && syslog_rules_has_node(rules, "n2"));
    ck_assert(!syslog_rules_has_node(rules, "n") && !syslog_rules_has_node(rules, "n4"));
    ck_assert(syslog_rules_readmits(rules, "n2") && !syslog_rules_readmits(rules, "n1"));
    syslog_rules_free(rules);
}
END_TEST

START_TEST(nobody_where_nothing_is_listed)
{
    char *none[] = {NULL};
    const struct relay_config_syslog config = {.networks = none, .nodes = none, .readmitted_nodes = none};
    struct syslog_rules *rules = syslog_rules_new(&config);
    ck_assert(!syslog_rules_has_address(rules, "127.0.0.1"));
    ck_assert(!syslog_rules_has_node(rules, "n1") && !syslog_rules_readmits(rules, "n1"));
    syslog_rules_free(rules);
    syslog_rules_free(NULL);
}
END_TEST

SUITE_MAIN("syslog_rules", only_who_is_listed, nobody_where_nothing_is_listed)
