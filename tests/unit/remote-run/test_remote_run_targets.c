/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "relay/remote_run_request.h"
#include "remote-run/remote_run_targets.h"
#include "support/made_index.h"
#include "support/suite.h"
#include "util/buffer.h"

/* root has n1, n2 and the relays A and B; A has n3 and relay C, C has n4; B has n5. Some are broken. */
/* clang-format off: it makes a staircase of these */
static const char list[] =
    "{"
    MADE_NODE("root", "server", "root") ","
    MADE_NODE("n1", "h1", "root") ","
    MADE_NODE("n2", "h2", "root") ","
    MADE_NODE("A", "relay-a", "root") ","
    MADE_NODE("B", "relay-b", "root") ","
    MADE_NODE("n3", "h3", "A") ","
    MADE_NODE("C", "relay-c", "A") ","
    MADE_NODE("n4", "h4", "C") ","
    MADE_NODE("n5", "h5", "B") ","
    MADE_NODE("loop1", "l1", "loop2") ","
    MADE_NODE("loop2", "l2", "loop1") ","
    MADE_NODE("gap", "g", "nobody") ","
    MADE_NODE("bad1", "-oProxyCommand=x", "root") ","
    MADE_NODE("bad2", "a,b", "root") ","
    MADE_NODE("bad3", "a;reboot", "root") ","
    MADE_NODE("bad4", "$(reboot)", "root") ","
    MADE_NODE("bad5", "h\\u00e9", "root") ","
    MADE_NODE("v6", "2001:db8::1", "root") ","
    MADE_NODE("under", "win_1", "root") ","
    MADE_NODE("R", "re\\u000alay", "root") ","
    MADE_NODE("n6", "h6", "R")
    "}";
/* clang-format on */

static void remote_run_targets_describe(const struct remote_run_targets *targets, struct buffer *out)
{
    buffer_clear(out);
    for (size_t i = 0; i < targets->host_count; i++) {
        buffer_add_format(out, "%.*s ", (int)targets->hosts[i].len, targets->hosts[i].at);
    }
    for (size_t i = 0; i < targets->relay_count; i++) {
        const struct remote_run_relay *relay = &targets->relays[i];
        buffer_add_format(out, "%.*s=%.*s(", (int)relay->id.len, relay->id.at, (int)relay->hostname.len,
                          relay->hostname.at);
        for (size_t node = 0; node < relay->node_count; node++) {
            buffer_add_format(out, "%s%.*s", node > 0 ? "," : "", (int)relay->nodes[node].len, relay->nodes[node].at);
        }
        buffer_add_text(out, relay->nodes == NULL ? "all) " : ") ");
    }
    for (size_t i = 0; i < targets->refused_count; i++) {
        buffer_add_format(out, "!%.*s ", (int)targets->refused[i].len, targets->refused[i].at);
    }
    buffer_add_format(out, "?%zu", targets->unknown);
}

static const struct {
    const char *me, *nodes, *targets;
    int levels;
} cases[] = {
    {"root", "n1", "h1 ?0", 0},
    {"root", "n2,n1,n1", "h1 h2 ?0", 0},
    {"root", "root", "server ?0", 0},
    {"root", "n3", "A=relay-a(n3) ?0", 1},
    {"root", "n4,n5,n3,n1,A,C", "relay-a h1 A=relay-a(C,n3,n4) B=relay-b(n5) ?0", 2},
    {"root", "nobody,n1,x y,../a,loop1,gap", "h1 ?5", 0},
    {"root", "nobody", "?1", 0},
    {"root", "bad1,bad2,bad3,bad4,bad5,n1", "h1 !bad1 !bad2 !bad3 !bad4 !bad5 ?0", 0},
    {"root", "v6,under", "win_1 2001:db8::1 ?0", 0},
    {"root", "n6,R,n1", "h1 !R ?0", 1},
    {"root", "n6,n1", "h1 !R ?0", 1},
    {"A", "n3,n4,n1,A", "h3 C=relay-c(n4) ?2", 1},
    {"A", NULL, "relay-c h3 C=relay-c(all) ?0", 1},
    {"C", NULL, "h4 ?0", 0},
    {"nobody-else", NULL, "?0", 0},
    {"root", NULL,
     "relay-a relay-b h1 h2 server win_1 2001:db8::1 A=relay-a(all) B=relay-b(all) !R !bad1 !bad2 !bad3 !bad4 !bad5 ?0",
     2},
};

START_TEST(nodes_go_where_they_hang)
{
    struct made_index made = made_index_new(list, "");
    struct buffer text = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct remote_run_request request = {0};
        struct remote_run_targets targets = {0};
        struct err err = {0};
        if (cases[i].nodes != NULL) {
            ck_assert(remote_run_request_nodes(&request, cases[i].nodes, &err));
            remote_run_targets_of(&targets, made.index, cases[i].me, request.nodes, request.node_count);
        } else {
            ck_assert(remote_run_targets_all(&targets, made.index, cases[i].me, &err));
        }
        remote_run_targets_describe(&targets, &text);
        ck_assert_str_eq(buffer_cstr(&text), cases[i].targets);
        ck_assert_int_eq(targets.relay_levels, cases[i].levels);
        remote_run_targets_free(&targets);
        remote_run_request_free(&request);
    }
    buffer_free(&text);
    made_index_free(&made);
}
END_TEST

/* 25,000 neighbours and 25,000 nodes below 100 relays. */
START_TEST(fifty_thousand)
{
    enum { RELAYS = 100, HALF = 25000 };
    struct buffer json = {0};
    buffer_add_text(&json, "{");
    for (int i = 0; i < RELAYS; i++) {
        buffer_add_format(&json, "\"relay%d\": {\"hostname\": \"r%d\", \"policy-server\": \"root\"},", i, i);
    }
    struct buffer ids = {0};
    for (int i = 0; i < HALF; i++) {
        buffer_add_format(&json, "\"here%d\": {\"hostname\": \"h%d\", \"policy-server\": \"root\"},", i, i);
        buffer_add_format(&json, "\"there%d\": {\"hostname\": \"t%d\", \"policy-server\": \"relay%d\"},", i, i,
                          i % RELAYS);
        buffer_add_format(&ids, "here%d,there%d,", i, i);
    }
    buffer_add_text(&json, MADE_NODE("root", "server", "root") "}");
    struct made_index made = made_index_new(buffer_cstr(&json), "");
    struct remote_run_request request = {0};
    struct remote_run_targets targets = {0};
    struct err err = {0};
    ck_assert(remote_run_request_nodes(&request, buffer_cstr(&ids), &err));
    remote_run_targets_of(&targets, made.index, "root", request.nodes, request.node_count);
    ck_assert_uint_eq(targets.host_count, HALF);
    ck_assert_uint_eq(targets.relay_count, RELAYS);
    for (size_t i = 0; i < RELAYS; i++) {
        ck_assert_uint_eq(targets.relays[i].node_count, HALF / RELAYS);
    }
    remote_run_targets_free(&targets);
    ck_assert(remote_run_targets_all(&targets, made.index, "root", &err));
    ck_assert_uint_eq(targets.host_count, HALF + RELAYS + 1);
    ck_assert_uint_eq(targets.relay_count, RELAYS);
    remote_run_targets_free(&targets);
    remote_run_request_free(&request);
    buffer_free(&json);
    buffer_free(&ids);
    made_index_free(&made);
}
END_TEST

SUITE_MAIN("remote_run_targets", nodes_go_where_they_hang, fifty_thousand)
