/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/virtual_node.h"

#include "support/suite.h"
#include "support/tmpdir.h"

#define GOOD "node_id = \"one\";\ncommand = [\"/bin/true\", \"x\"];\n"

START_TEST(a_file_has_defaults_for_the_rest)
{
    struct err err;
    struct virtual_node *node = virtual_node_parse("/some/where/web.conf", slice_from_str(GOOD), &err);
    ck_assert_msg(node != NULL, "%s", err.text);
    ck_assert_str_eq(node->file, "web.conf");
    ck_assert_str_eq(node->settings.node_id, "one");
    ck_assert_str_eq(node->settings.command[1], "x");
    ck_assert_ptr_null(node->settings.command[2]);
    ck_assert_int_eq(node->settings.period, 300);
    ck_assert_int_eq(node->settings.timeout, 60);
    ck_assert(node->settings.enabled && !node->settings.audit);
    virtual_node_drop(node);
}
END_TEST

static const struct {
    const char *text;
    const char *reason;
} refused[] = {
    {"command = [\"/bin/true\"];", "x.conf: node_id: is needed"},
    {"node_id = \"one\";", "x.conf: command: is needed"},
    {GOOD "periode = 5;", "x.conf:3: periode: there is no such key"},
    {GOOD "period = \"often\";", "x.conf:3: period: "},
    {GOOD "period = 0;", "x.conf:3: period: "},
    {GOOD "timeout = \"2d\";", "x.conf:3: timeout: "},
    {GOOD "enabled = \"no\";", "x.conf:3: enabled: "},
    {GOOD "rule_id = \"a@@b\";", "x.conf:3: rule_id: "},
    {GOOD "component = \"a##b\";", "x.conf:3: component: "},
    {GOOD "key = \"\";", "x.conf:3: key: "},
    {GOOD "key = \"a\\nb\";", "x.conf:3: key: "},
    {GOOD "x", "x.conf:3: "},
    {"node_id = \"one\"; command = \"/bin/true\";", "x.conf:1: command: "},
    {"node_id = \"one\"; command = [\"true\"];", "x.conf:1: command: \"true\" is not an absolute path"},
    {"node_id = \"one\"; command = [\"/bin/true\", \"\"];", "x.conf:1: command: an argument is empty"},
    {"node_id = \"one\"; command = [1];", "x.conf:1: command: "},
    {"node_id = \"../one\"; command = [\"/bin/true\"];", "x.conf:1: node_id: "},
    {"node_id = \"root\"; command = [\"/bin/true\"];", "x.conf:1: node_id: "},
};

START_TEST(what_is_wrong_is_told_with_its_line)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct err err = {0};
        ck_assert_ptr_null(virtual_node_parse("x.conf", slice_from_str(refused[i].text), &err));
        ck_assert_msg(strncmp(err.text, refused[i].reason, strlen(refused[i].reason)) == 0, "%s", err.text);
    }
}
END_TEST

START_TEST(a_bad_file_stands_beside_good_ones)
{
    struct tmpdir directory = tmpdir_make();
    struct virtual_nodes nodes;
    struct err err;
    tmpdir_write(directory.fd, "a.conf", "node_id = \"two\"; command = [\"/bin/true\"];");
    tmpdir_write(directory.fd, "b.conf", "nonsense");
    tmpdir_write(directory.fd, "c.conf", GOOD);
    tmpdir_write(directory.fd, "d.conf", "node_id = \"two\"; command = [\"/bin/false\"];");
    tmpdir_write(directory.fd, ".e.conf", "nonsense");
    tmpdir_write(directory.fd, "f.conf~", "nonsense");
    mkdirat(directory.fd, "g.conf", 0700);
    ck_assert(virtual_nodes_read(&nodes, directory.path, &err));
    ck_assert_uint_eq(nodes.count, 2);
    ck_assert_str_eq(nodes.at[0]->settings.node_id, "one");
    ck_assert_str_eq(virtual_nodes_find(&nodes, "two")->settings.command[0], "/bin/true");
    ck_assert_ptr_null(virtual_nodes_find(&nodes, "three"));
    ck_assert_uint_eq(nodes.fault_count, 3);
    ck_assert_str_eq(nodes.faults[0].file, "b.conf");
    ck_assert_ptr_nonnull(strstr(nodes.faults[1].err.text, "d.conf: node_id: two is the node of a.conf already"));
    ck_assert_str_eq(nodes.faults[2].file, "g.conf");
    virtual_nodes_free(&nodes);
    ck_assert(!virtual_nodes_read(&nodes, "/nowhere", &err));
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(the_same_is_told_from_a_change)
{
    struct err err;
    struct virtual_node *a = virtual_node_parse("x.conf", slice_from_str(GOOD), &err);
    struct virtual_node *b = virtual_node_parse("x.conf", slice_from_str(GOOD "period = \"5min\";"), &err);
    struct virtual_node *c = virtual_node_parse("x.conf", slice_from_str(GOOD "period = \"6min\";"), &err);
    ck_assert(virtual_node_same(a, b) && !virtual_node_same(a, c));
    virtual_node_drop(a);
    virtual_node_drop(b);
    virtual_node_drop(c);
}
END_TEST

SUITE_MAIN("virtual_node", a_file_has_defaults_for_the_rest, what_is_wrong_is_told_with_its_line,
           a_bad_file_stands_beside_good_ones, the_same_is_told_from_a_change)
