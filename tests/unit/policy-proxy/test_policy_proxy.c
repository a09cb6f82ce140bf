/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Against a real TLS server in the place of the policy server above.
 */
#include "policy-proxy/policy_proxy.h"

#include "relay/relay_metrics_table.h"
#include "support/https_serve.h"
#include "support/made_client.h"
#include "support/made_index.h"
#include "support/suite.h"
#include "util/xmalloc.h"

static struct https_serve server;
static struct made_index nodes;
static struct made_clients clients;
static struct relay_config config;
static struct relay_state *counters;
static struct tmpdir directory;
static void *proxy;
static struct made_request made;

static void start_proxy(void)
{
    struct err err = {0};
    proxy = policy_proxy_start(&config, &err);
    ck_assert_msg(proxy != NULL, "%s", err.text);
}

static void set_up_proxy(const char *mode)
{
    https_serve_start(&server, mode);
    directory = tmpdir_make();
    clients = made_clients_new((const char *const[]){"node", "other", NULL});
    nodes = made_index_new("{" MADE_NODE("node", "n", "me") "," MADE_NODE("other", "o", "me") "}", clients.pem.at);
    config = (struct relay_config){0};
    config.general.node_id = xstrdup("me");
    config.general.https_port = server.port;
    config.general.peer_authentication = RELAY_PEER_CERT_PINNING;
    config.upstream.host = xstrdup("127.0.0.1");
    config.upstream.server_certificate_file = xasprintf("%s/cert", server.directory.path);
    config.upstream.proxy = xstrdup("none");
    config.upstream.connect_timeout = 20;
    config.upstream.stall_timeout = 2;
    config.upstream.total_timeout = 60;
    config.policy_proxy.cache_directory = xasprintf("%s/cache", directory.path);
    config.policy_proxy.cache_size = 1000000;
    config.policy_proxy.cache_retention = 1000;
    config.policy_proxy.max_file_size = 1000;
    config.policy_proxy.retry = 1000;
    char *path = xasprintf("%s/state", directory.path);
    counters = relay_state_open(path, relay_metrics_fingerprint());
    free(path);
    start_proxy();
}

static void tear_down_proxy(void)
{
    made_request_free(&made);
    policy_proxy_stop(proxy);
    relay_state_close(counters);
    https_serve_stop(&server);
    made_index_free(&nodes);
    made_clients_free(&clients);
    tmpdir_remove(&directory);
    free(config.general.node_id);
    free(config.upstream.host);
    free(config.upstream.proxy);
    free(config.upstream.server_certificate_file);
    free(config.policy_proxy.cache_directory);
}

/* What a client asks, by the handler of these routes. */
static int ask_proxy(const char *path, const char *node, const char *none_match)
{
    char variable[256];
    made_request_free(&made);
    made_request_new(&made, "GET", "/", NULL, "", 0);
    if (node != NULL) {
        made_clients_asks(&clients, &made, node, true);
    }
    if (none_match != NULL) {
        snprintf(variable, sizeof variable, "HTTP_IF_NONE_MATCH=%s", none_match);
        made_request_env(&made, variable);
    }
    made_request_begin(&made);
    made.request.index = nodes.index;
    made.request.relay_state = counters;
    response_begin(&made.response, false, NULL);
    if (node == NULL) {
        made.request.args[0] = slice_from_str(path);
        policy_proxy_get_common(proxy, &made.request, &made.response);
    } else {
        made.request.args[0] = slice_from_str("node");
        made.request.args[1] = slice_from_str(path);
        policy_proxy_get_policies(proxy, &made.request, &made.response);
    }
    ck_assert(made_request_send_file(&made));
    return made.response.status;
}

static int ask_common(const char *path)
{
    return ask_proxy(path, NULL, NULL);
}

/* How often the server was asked. */
static size_t times_asked(void)
{
    struct buffer requests = {0};
    size_t times = 0;
    https_serve_log(&server, &requests);
    for (const char *at = buffer_cstr(&requests); (at = strchr(at, '\n')) != NULL; at++) {
        times++;
    }
    buffer_free(&requests);
    return times;
}

static const char *answer(void)
{
    return buffer_cstr(&made.response.body);
}

static bool proxy_header(const char *line)
{
    return strstr(buffer_cstr(&made.response.headers), line) != NULL;
}

static uint64_t times_fetched(enum relay_policy_fetch result)
{
    return relay_state_get(counters, relay_metric_cell(METRIC_POLICY_FETCHES, result, 0));
}

START_TEST(the_servers_file_and_tag_are_handed_out)
{
    set_up_proxy("200 ETag: \"one\"");
    ck_assert_int_eq(ask_common("a b/library"), 200);
    ck_assert_str_eq(answer(), "said\n");
    ck_assert(proxy_header("ETag: \"one\"\r\n"));
    struct buffer requests = {0};
    https_serve_log(&server, &requests);
    ck_assert_msg(strstr(buffer_cstr(&requests), "GET /common/a%20b/library HTTP") != NULL, "%s", requests.at);
    buffer_free(&requests);
    ck_assert_int_eq(ask_proxy("library", NULL, "\"one\""), 304);
    ck_assert_uint_eq(times_fetched(RELAY_POLICY_FETCH_NEW), 2);
    tear_down_proxy();
}
END_TEST

/* The server is asked each time, on the condition that it is another file. */
START_TEST(a_copy_is_confirmed)
{
    set_up_proxy("200 ETag: W/\"one\"\nif-none-match: 304\nIf-None-Match: 304");
    ck_assert_int_eq(ask_common("library"), 200);
    ck_assert_int_eq(ask_common("library"), 200);
    ck_assert_str_eq(answer(), "said\n");
    ck_assert(proxy_header("ETag: W/\"one\"\r\n"));
    ck_assert_uint_eq(times_asked(), 2);
    ck_assert_uint_eq(times_fetched(RELAY_POLICY_FETCH_UNCHANGED), 1);
    tear_down_proxy();
}
END_TEST

START_TEST(a_fresh_copy_is_not_asked_for)
{
    set_up_proxy("200 ETag: \"one\"");
    config.policy_proxy.revalidate = 1000;
    ck_assert_int_eq(ask_common("library"), 200);
    ck_assert_int_eq(ask_common("library"), 200);
    ck_assert_int_eq(ask_proxy("library", NULL, "\"one\""), 304);
    ck_assert_uint_eq(times_asked(), 1);
    ck_assert_int_eq(ask_common("other"), 200);
    ck_assert_uint_eq(times_asked(), 2);
    tear_down_proxy();
}
END_TEST

START_TEST(a_tag_that_is_none_is_replaced)
{
    static const char *const tags[] = {"200 ETag: one", "200 ETag: \"one\" \"two\"", "200 ETag: \"o ne\"", "200"};
    set_up_proxy("200");
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        https_serve_mode(&server, tags[i]);
        ck_assert_int_eq(ask_common("library"), 200);
        /* SHA-256 of the content */
        ck_assert(proxy_header("ETag: \"14f3cba70f4dd8e17f76f6897ac4a899"));
    }
    tear_down_proxy();
}
END_TEST

/* Whatever else the server answers, the copy stays. */
START_TEST(the_old_copy_is_handed_out_until_another_is_whole)
{
    static const char *const modes[] = {"half", "torn", "cut", "garbage", "endless",
                                        "hang", "500",  "503", "401",     "301"};
    set_up_proxy("200 ETag: \"one\"");
    config.policy_proxy.retry = 0;
    ck_assert_int_eq(ask_common("library"), 200);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        https_serve_mode(&server, modes[i]);
        ck_assert_int_eq(ask_common("library"), 200);
        ck_assert_msg(strcmp(answer(), "said\n") == 0, "%s: %s", modes[i], answer());
        ck_assert_int_ne(ask_common("other"), 200);
        ck_assert_uint_eq(relay_state_get(counters, relay_metric_cell(METRIC_POLICY_STALE, 0, 0)), i + 1);
    }
    https_serve_mode(&server, "200 ETag: \"two\"");
    ck_assert_int_eq(ask_common("library"), 200);
    ck_assert(proxy_header("ETag: \"two\"\r\n"));
    tear_down_proxy();
}
END_TEST

START_TEST(what_is_withdrawn_is_gone)
{
    static const char *const modes[] = {"403", "404", "410"};
    set_up_proxy("200 ETag: \"one\"");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        https_serve_mode(&server, "200 ETag: \"one\"");
        ck_assert_int_eq(ask_common("library"), 200);
        https_serve_mode(&server, modes[i]);
        ck_assert_int_eq(ask_common("library"), atoi(modes[i]));
        https_serve_mode(&server, "500");
        ck_assert_int_eq(ask_common("library"), 503);
    }
    ck_assert_uint_eq(times_fetched(RELAY_POLICY_FETCH_GONE), 3);
    tear_down_proxy();
}
END_TEST

START_TEST(a_file_is_not_larger_than_the_limit)
{
    set_up_proxy("200 ETag: \"one\"");
    config.policy_proxy.max_file_size = 4;
    ck_assert_int_eq(ask_common("library"), 500);
    https_serve_mode(&server, "endless");
    ck_assert_int_eq(ask_common("library"), 500);
    config.policy_proxy.max_file_size = 5;
    https_serve_mode(&server, "200");
    ck_assert_int_eq(ask_common("library"), 200);
    tear_down_proxy();
}
END_TEST

/* After the first who waited in vain nobody waits, until the time is over. */
START_TEST(a_server_that_is_away_is_not_asked_again_at_once)
{
    struct relay_policy_source source;
    set_up_proxy("200 ETag: \"one\"");
    ck_assert_int_eq(ask_common("library"), 200);
    relay_metrics_policy_source(counters, &source);
    ck_assert_int_eq(source.failing_since, 0);
    int port = config.general.https_port;
    config.general.https_port = 1; /* nobody listens */
    ck_assert_int_eq(ask_common("library"), 200);
    relay_metrics_policy_source(counters, &source);
    ck_assert_int_gt(source.failing_since, 0);
    config.general.https_port = port;
    ck_assert_int_eq(ask_common("library"), 200);
    ck_assert_int_eq(ask_common("other"), 503);
    ck_assert(proxy_header("Retry-After: 1000\r\n"));
    ck_assert_uint_eq(times_asked(), 1);
    config.policy_proxy.retry = 0;
    ck_assert_int_eq(ask_common("other"), 200);
    ck_assert_uint_eq(times_asked(), 2);
    relay_metrics_policy_source(counters, &source);
    ck_assert_int_eq(source.failing_since, 0);
    tear_down_proxy();
}
END_TEST

START_TEST(policies_are_for_their_node)
{
    set_up_proxy("200 ETag: \"one\"");
    ck_assert_int_eq(ask_proxy("rudder.tar.bz2", "node", NULL), 200);
    ck_assert_int_eq(ask_proxy("rudder.tar.bz2", "other", NULL), 403);
    ck_assert_int_eq(ask_proxy("rudder.tar.bz2", "stranger", NULL), 403);
    ck_assert_uint_eq(times_asked(), 1);
    struct buffer requests = {0};
    https_serve_log(&server, &requests);
    ck_assert_ptr_nonnull(strstr(buffer_cstr(&requests), "GET /policies/node/rules/rudder.tar.bz2 HTTP"));
    buffer_free(&requests);
    tear_down_proxy();
}
END_TEST

START_TEST(a_path_that_is_none_is_not_asked_for)
{
    static const char *const paths[] = {"../x", "a/../b", ".hidden", "a/.b", "a//b", "a/", "a\\b", "a\nb", ""};
    set_up_proxy("200");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        ck_assert_msg(ask_common(paths[i]) == 404, "%s", paths[i]);
        ck_assert_msg(ask_proxy(paths[i], "node", NULL) == 404, "%s", paths[i]);
    }
    ck_assert_uint_eq(times_asked(), 0);
    config.upstream.host[0] = '\0';
    ck_assert_int_eq(ask_common("library"), 404);
    tear_down_proxy();
}
END_TEST

/* What is kept is there for the next process. */
START_TEST(a_copy_outlives_the_process)
{
    set_up_proxy("200 ETag: \"one\"");
    config.policy_proxy.revalidate = 1000;
    ck_assert_int_eq(ask_common("library"), 200);
    policy_proxy_stop(proxy);
    start_proxy();
    ck_assert_int_eq(ask_common("library"), 200);
    ck_assert_str_eq(answer(), "said\n");
    ck_assert_uint_eq(times_asked(), 1);
    tear_down_proxy();
}
END_TEST

SUITE_MAIN("policy_proxy", the_servers_file_and_tag_are_handed_out, a_copy_is_confirmed, a_fresh_copy_is_not_asked_for,
           a_tag_that_is_none_is_replaced, the_old_copy_is_handed_out_until_another_is_whole, what_is_withdrawn_is_gone,
           a_file_is_not_larger_than_the_limit, a_server_that_is_away_is_not_asked_again_at_once,
           policies_are_for_their_node, a_path_that_is_none_is_not_asked_for, a_copy_outlives_the_process)
