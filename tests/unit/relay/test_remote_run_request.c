/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "relay/remote_run_request.h"
#include "support/suite.h"

#define SHOULD ", should match ^[a-zA-Z0-9][a-zA-Z0-9_]*$"
#define LONG "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define LONG_1024 LONG LONG LONG LONG LONG LONG LONG LONG LONG LONG LONG LONG LONG LONG LONG LONG

static const struct {
    const char *form;
    bool asynchronous, keep_output;
    const char *conditions;
    const char *again; /* what the form for a relay is, without nodes; or why it is refused */
} cases[] = {
    {"", false, false, "", "asynchronous=false&keep_output=false"},
    {"asynchronous=true", true, false, "", "asynchronous=true&keep_output=false"},
    {"keep_output=true&asynchronous=false", false, true, "", "asynchronous=false&keep_output=true"},
    {"keep%5Foutput=%74rue", false, true, "", "asynchronous=false&keep_output=true"},
    {"keep_output=true&keep_output=false", false, true, "", "asynchronous=false&keep_output=true"},
    {"other=x&=&&nodes=a", false, false, "", "asynchronous=false&keep_output=false"},
    {"conditions=a", false, false, "a", "asynchronous=false&keep_output=false&conditions=a"},
    {"classes=a_1,0,Z_", false, false, "a_1,0,Z_", "asynchronous=false&keep_output=false&classes=a_1,0,Z_"},
    {"classes=a%2Cb", false, false, "a,b", "asynchronous=false&keep_output=false&classes=a,b"},
    {"classes=a&conditions=b", false, false, "b", "asynchronous=false&keep_output=false&conditions=b"},
    {"classes=a&conditions=", false, false, "a", "asynchronous=false&keep_output=false&classes=a"},
    {"conditions=", false, false, "", "asynchronous=false&keep_output=false"},
    {"conditions=" LONG_1024, false, false, LONG_1024, "asynchronous=false&keep_output=false&conditions=" LONG_1024},
    {"asynchronous=yes", .again = "asynchronous should be true or false"},
    {"asynchronous=", .again = "asynchronous should be true or false"},
    {"asynchronous", .again = "asynchronous should be true or false"},
    {"keep_output=True", .again = "keep_output should be true or false"},
    {"keep_output=1", .again = "keep_output should be true or false"},
    {"keep_output=true+", .again = "keep_output should be true or false"},
    {"conditions=_a", .again = "invalid condition: _a" SHOULD},
    {"conditions=a-b", .again = "invalid condition: a-b" SHOULD},
    {"classes=ok,clas+sos", .again = "invalid condition: clas sos" SHOULD},
    {"conditions=a,", .again = "invalid condition: " SHOULD},
    {"conditions=,a", .again = "invalid condition: " SHOULD},
    {"conditions=a,,b", .again = "invalid condition: " SHOULD},
    {"conditions=a,+b", .again = "invalid condition:  b" SHOULD},
    {"conditions=-Dx", .again = "invalid condition: -Dx" SHOULD},
    {"conditions=%22a%22", .again = "invalid condition: \"a\"" SHOULD},
    {"conditions=a%0D%0AX%3A+y%1b[31m", .again = "invalid condition: a\\r\\nX: y\\x1B[31m" SHOULD},
    {"conditions=%ff%C3%A9", .again = "invalid condition: \\xFF\xc3\xa9" SHOULD},
    {"conditions=a%00b", .again = "a NUL in a parameter"},
    {"conditions=%zz", .again = "a % without two hexadecimal digits in '%zz'"},
};

START_TEST(forms)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct remote_run_request request = {0};
        struct err err = {0};
        struct buffer again = {0};
        if (remote_run_request_parse(&request, slice_from_str(cases[i].form), &err)) {
            ck_assert_msg(cases[i].conditions != NULL, "%s is taken", cases[i].form);
            ck_assert_int_eq(request.asynchronous, cases[i].asynchronous);
            ck_assert_int_eq(request.keep_output, cases[i].keep_output);
            ck_assert_str_eq(request.conditions, cases[i].conditions);
            remote_run_request_format(&request, NULL, 0, &again);
            ck_assert_str_eq(buffer_cstr(&again), cases[i].again);
        } else {
            ck_assert_msg(cases[i].conditions == NULL, "%s: %s", cases[i].form, err.text);
            ck_assert_str_eq(err.text, cases[i].again);
        }
        buffer_free(&again);
        remote_run_request_free(&request);
    }
}
END_TEST

/* What is quoted of a huge one is cut, the rest of the text is not. */
START_TEST(a_condition_that_is_too_long)
{
    struct remote_run_request request = {0};
    struct err err = {0};
    ck_assert(!remote_run_request_parse(&request, slice_from_str("conditions=" LONG_1024 "a"), &err));
    ck_assert_int_eq(strncmp(err.text, "invalid condition: " LONG, 19 + 64), 0);
    ck_assert(slice_ends_with(slice_from_str(err.text), "..." SHOULD));
    remote_run_request_free(&request);
}
END_TEST

static void conditions_of_bytes(struct buffer *form, size_t count)
{
    buffer_clear(form);
    buffer_add_text(form, "conditions=");
    for (size_t i = 0; i < count; i++) {
        buffer_add_text(form, i % 64 == 63 && i + 1 < count ? "," : "c");
    }
}

START_TEST(conditions_that_are_too_long_together)
{
    struct remote_run_request request = {0};
    struct err err = {0};
    struct buffer form = {0};
    conditions_of_bytes(&form, 131071);
    ck_assert_msg(remote_run_request_parse(&request, buffer_slice(&form), &err), "%s", err.text);
    ck_assert_uint_eq(strlen(request.conditions), 131071);
    conditions_of_bytes(&form, 131072);
    ck_assert(!remote_run_request_parse(&request, buffer_slice(&form), &err));
    ck_assert_str_eq(err.text, "conditions of more than 131071 bytes together");
    buffer_free(&form);
    remote_run_request_free(&request);
}
END_TEST

static const struct {
    const char *list, *nodes;
} lists[] = {
    {"a", "a"},
    {"b,a", "a,b"},
    {"b,a,b,b,a,", "a,b"},
    {",,a,,", "a"},
    {"aa,a,ab,aaa", "a,aa,aaa,ab"},
    {"a b,\xff", "a%20b,%FF"},
    {"c&d=e,f%g", "c%26d%3De,f%25g"},
    {"", NULL},
    {",", NULL},
};

START_TEST(lists_of_nodes)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        struct remote_run_request request = {0};
        struct err err = {0};
        struct buffer again = {0};
        ck_assert(remote_run_request_parse(&request, slice_from_str("nodes=not-these"), &err));
        bool taken = remote_run_request_nodes(&request, lists[i].list, &err);
        ck_assert_int_eq(taken, lists[i].nodes != NULL);
        if (taken) {
            remote_run_request_format(&request, request.nodes, request.node_count, &again);
            ck_assert_int_eq(strncmp(buffer_cstr(&again), "asynchronous=false&keep_output=false&nodes=", 43), 0);
            ck_assert_str_eq(buffer_cstr(&again) + 43, lists[i].nodes);
        } else {
            ck_assert_str_eq(err.text, "Missing nodes");
        }
        buffer_free(&again);
        remote_run_request_free(&request);
    }
}
END_TEST

START_TEST(nodes_of_the_form)
{
    struct remote_run_request request = {0};
    struct err err = {0};
    ck_assert(remote_run_request_parse(&request, slice_from_str("keep_output=true&nodes=b%2Ca&nodes=c"), &err));
    ck_assert(remote_run_request_nodes(&request, NULL, &err));
    ck_assert_uint_eq(request.node_count, 2);
    ck_assert(slice_eq_str(request.nodes[0], "a") && slice_eq_str(request.nodes[1], "b"));
    ck_assert(remote_run_request_parse(&request, slice_from_str("keep_output=true"), &err));
    ck_assert(!remote_run_request_nodes(&request, NULL, &err));
    ck_assert_str_eq(err.text, "Missing nodes");
    remote_run_request_free(&request);
}
END_TEST

SUITE_MAIN("remote_run_request", forms, a_condition_that_is_too_long, conditions_that_are_too_long_together,
           lists_of_nodes, nodes_of_the_form)
