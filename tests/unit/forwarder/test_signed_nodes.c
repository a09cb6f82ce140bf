/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/signed_nodes.h"

#include "support/suite.h"
#include "support/tmpdir.h"

static bool has_node(const struct signed_nodes *nodes, const char *id)
{
    struct err err;
    bool found;
    ck_assert(signed_nodes_find(nodes, id, &found, &err));
    return found;
}

START_TEST(nodes_are_remembered)
{
    static const char *const ids[] = {"n1", "n2", "n1"};
    struct tmpdir directory = tmpdir_make();
    struct err err = {""};
    char path[100];
    snprintf(path, sizeof path, "%s/signed.mdb", directory.path);
    struct signed_nodes *nodes = signed_nodes_open(path, &err);
    ck_assert_msg(nodes != NULL, "%s", err.text);
    ck_assert(!has_node(nodes, "n1"));
    ck_assert(signed_nodes_add(nodes, ids, 3, &err));
    ck_assert(signed_nodes_add(nodes, ids, 3, &err));
    ck_assert(has_node(nodes, "n1") && has_node(nodes, "n2") && !has_node(nodes, "n3"));
    signed_nodes_close(nodes);
    nodes = signed_nodes_open(path, &err);
    ck_assert(has_node(nodes, "n1") && has_node(nodes, "n2") && !has_node(nodes, "n"));
    signed_nodes_close(nodes);
    signed_nodes_close(NULL);
    ck_assert_ptr_null(signed_nodes_open("/nowhere/signed.mdb", &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/nowhere/signed.mdb"));
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("signed_nodes", nodes_are_remembered)
