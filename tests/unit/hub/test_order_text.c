/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "hub/order_text.h"
#include "support/suite.h"

static struct order_text order;

static const char *order_fault(const char *text)
{
    static struct err err;
    err.text[0] = '\0';
    order_text_free(&order);
    order_text_parse(&order, slice_from_str(text), &err);
    return err.text;
}

START_TEST(an_order_is_what_was_written)
{
    struct order_text_target targets[] = {{slice_from_str("n1"), {0}},
                                          {slice_from_str("r/below"), slice_from_str("n2,n3")}};
    const struct order_text made = {.ticket = 17,
                                    .above = 5,
                                    .conditions = slice_from_str("a,b"),
                                    .output = true,
                                    .seconds = 600,
                                    .boot = slice_from_str("8f6b"),
                                    .expires_ms = 123,
                                    .written = 456,
                                    .targets = targets,
                                    .target_count = 2};
    struct buffer text = {0};
    order_text_format(&made, &text);
    ck_assert_str_eq(buffer_cstr(&text), "ticket = 00000000000000000017\n"
                                         "conditions = a,b\n"
                                         "seconds = 600\n"
                                         "output = yes\n"
                                         "above = 00000000000000000005\n"
                                         "boot = 8f6b\n"
                                         "expires = 123\n"
                                         "written = 456\n"
                                         "target = n1\n"
                                         "target = r/below n2,n3\n");
    ck_assert_str_eq(order_fault(buffer_cstr(&text)), "");
    ck_assert(order.ticket == 17 && order.above == 5 && order.output && order.seconds == 600);
    ck_assert(order.expires_ms == 123 && order.written == 456 && slice_eq_str(order.boot, "8f6b"));
    ck_assert(order.target_count == 2 && slice_eq_str(order.targets[1].nodes, "n2,n3"));
    order_text_free(&order);
    buffer_free(&text);
}
END_TEST

START_TEST(what_is_not_known_is_passed_over)
{
    ck_assert_str_eq(order_fault("later = x\nticket = 7\n\nnodes=all"), "");
    ck_assert(slice_eq_str(order.nodes, "all"));
    order_text_free(&order);
}
END_TEST

START_TEST(what_is_wrong_is_refused)
{
    static const struct {
        const char *text, *fault;
    } cases[] = {
        {"", "an order has no ticket"},
        {"ticket = 0\n", "an order has no ticket"},
        {"ticket\n", "an order has a line that is no `key = value`"},
        {"ticket = 7\n= 8\n", "an order has a line that is no `key = value`"},
        {"ticket = 7\r\n", "an order has a line that is no `key = value`"},
        {"ticket = 7\nticket = 8\n", "an order has ticket twice, or too many keys"},
        {"ticket = x\n", "an order has a ticket that is none"},
        {"ticket = 7\nconditions = a,\n", "an order has a conditions that is none"},
        {"ticket = 7\nconditions = $(x)\n", "an order has a conditions that is none"},
        {"ticket = 7\nconditions = _a\n", "an order has a conditions that is none"},
        {"ticket = 7\nseconds = 99999999\n", "an order has a seconds that is none"},
        {"ticket = 7\noutput = maybe\n", "an order has a output that is none"},
        {"ticket = 7\nnodes = a,../b\n", "an order has a nodes that is none"},
        {"ticket = 7\nnodes = a,\n", "an order has a nodes that is none"},
        {"ticket = 7\ntarget = a/b\n", "an order has a target that is none"},
        {"ticket = 7\ntarget = a b\n", "an order has a target that is none"},
        {"ticket = 7\ntarget = a/below\n", "an order has a target that is none"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_str_eq(order_fault(cases[i].text), cases[i].fault);
    }
    order_text_free(&order);
}
END_TEST

SUITE_MAIN("order_text", an_order_is_what_was_written, what_is_not_known_is_passed_over, what_is_wrong_is_refused)
