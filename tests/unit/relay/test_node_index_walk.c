/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/node_index.h"
#include "support/certificate.h"
#include "support/made_index.h"
#include "support/suite.h"

struct seen {
    struct node_index *index;
    struct buffer text;
    size_t left;
};

static bool see(void *context, struct slice node_id, const struct node_index_entry *entry)
{
    struct seen *seen = context;
    struct cert_record known;
    buffer_add_format(&seen->text, "%.*s=%.*s@%.*s ", (int)node_id.len, node_id.at, (int)entry->hostname.len,
                      entry->hostname.at, (int)entry->policy_server.len, entry->policy_server.at);
    (void)node_index_certificates(seen->index, "a", &known, 1); /* looking up meanwhile does no harm */
    return --seen->left > 0;
}

START_TEST(every_node_comes_once_in_order)
{
    struct buffer pem = {0};
    certificate_add(&pem, "a");
    certificate_add(&pem, "b");
    certificate_add(&pem, "b");
    struct made_index made = made_index_new(
        "{" MADE_NODE("root", "r", "root") "," MADE_NODE("b", "x", "a") "," MADE_NODE("a", "y", "root") "}",
        buffer_cstr(&pem));
    struct seen seen = {.index = made.index, .left = 100};
    struct err err = {0};
    ck_assert(node_index_walk(made.index, see, &seen, &err));
    ck_assert_str_eq(buffer_cstr(&seen.text), "a=y@root b=x@a root=r@root ");
    ck_assert(node_index_refresh(made.index, &err));
    seen = (struct seen){.index = made.index, .text = seen.text, .left = 2};
    buffer_clear(&seen.text);
    ck_assert(node_index_walk(made.index, see, &seen, &err));
    ck_assert_str_eq(buffer_cstr(&seen.text), "a=y@root b=x@a ");
    buffer_free(&seen.text);
    buffer_free(&pem);
    made_index_free(&made);
}
END_TEST

START_TEST(of_an_empty_index_there_is_nothing_to_see)
{
    struct made_index made = made_index_new("{}", "");
    struct seen seen = {.index = made.index, .left = 100};
    struct err err = {0};
    ck_assert(node_index_walk(made.index, see, &seen, &err));
    ck_assert_uint_eq(seen.text.len, 0);
    made_index_free(&made);
}
END_TEST

START_TEST(neighbours_are_counted)
{
    struct made_index made =
        made_index_new("{" MADE_NODE("root", "r", "root") "," MADE_NODE("b", "x", "a") "," MADE_NODE(
                           "a", "y", "root") "," MADE_NODE("c", "z", "not an id!") "}",
                       "");
    ck_assert_uint_eq(node_index_neighbours(made.index, "root"), 2);
    ck_assert_uint_eq(node_index_neighbours(made.index, "a"), 1);
    ck_assert_uint_eq(node_index_neighbours(made.index, "b"), 0);
    ck_assert_uint_eq(node_index_neighbours(made.index, "not an id!"), 0);
    ck_assert_uint_eq(node_index_neighbours(made.index, ""), 0);
    made_index_free(&made);
}
END_TEST

SUITE_MAIN("node_index_walk", every_node_comes_once_in_order, of_an_empty_index_there_is_nothing_to_see,
           neighbours_are_counted)
