/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "endpoint/route.h"
#include "relay/relay_metrics.h"
#include "support/made_request.h"
#include "support/suite.h"
#include "support/tmpdir.h"
#include "system/system.h"

#define LIST "{\"root\": {\"hostname\": \"r\", \"policy-server\": \"root\"}}"

/* A relay's files, its configuration, the program's state, and one request. */
struct relay {
    struct tmpdir directory;
    struct relay_config *config;
    struct relay_state *state;
    struct node_index *index;
    void *system;
    struct made_request made;
};

static void write_config(struct relay *relay, const char *more)
{
    char text[2000];
    const char *at = relay->directory.path;
    snprintf(text, sizeof text,
             "general = { node_id = \"root\"; nodes_list_file = \"%s/list\"; nodes_certs_file = \"%s/certs\";"
             " node_index_file = \"%s/index\"; state_file = \"%s/state\"; };\n"
             "processing = { inventory = { directory = \"%s\"; }; reporting = { directory = \"%s\"; output = "
             "\"database\"; }; };\n"
             "output = { database = { password = \"not-for-others\"; }; };\n%s",
             at, at, at, at, at, at, more);
    tmpdir_write(relay->directory.fd, "new", text);
    ck_assert_int_eq(renameat(relay->directory.fd, "new", relay->directory.fd, "relay.conf"), 0);
}

static void open_relay(struct relay *relay)
{
    char path[100];
    struct err err;
    memset(relay, 0, sizeof *relay);
    relay->directory = tmpdir_make();
    static const char *const directories[] = {"incoming", "failed", "accepted-nodes-updates"};
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(mkdirat(relay->directory.fd, directories[i], 0700), 0);
    }
    tmpdir_write(relay->directory.fd, "list", LIST);
    tmpdir_write(relay->directory.fd, "certs", "");
    write_config(relay, "");
    snprintf(path, sizeof path, "%s/relay.conf", relay->directory.path);
    relay->config = relay_config_load(path, &err);
    ck_assert_msg(relay->config != NULL, "%s", err.text);
    relay->state = relay_state_open(relay->config->general.state_file, relay_metrics_fingerprint());
    relay_state_worker_idle(relay->state, RELAY_ENDPOINT_UPLOAD);
    relay->system = system_start(relay->config, &err);
}

static void close_relay(struct relay *relay)
{
    system_stop(relay->system);
    node_index_close(relay->index);
    relay_state_close(relay->state);
    relay_config_free(relay->config);
    made_request_free(&relay->made);
    tmpdir_remove(&relay->directory);
}

/* The body of the answer, whose status is this. */
static const char *system_ask(struct relay *relay, route_handler *handler, int status)
{
    struct err err;
    made_request_free(&relay->made);
    made_request_new(&relay->made, "GET", "/rudder/relay-api/1/system/", NULL, "", 0);
    made_request_begin(&relay->made);
    if (relay->index == NULL) {
        relay->index = node_index_open(relay->config->general.node_index_file, &err);
    } else {
        node_index_refresh(relay->index, &err);
    }
    relay->made.request.index = relay->index;
    relay->made.request.relay_state = relay->state;
    handler(relay->system, &relay->made.request, &relay->made.response);
    const char *body = buffer_cstr(&relay->made.response.body);
    ck_assert_msg(relay->made.response.status == status, "%d: %s", relay->made.response.status, body);
    return body;
}

static void is_json(struct relay *relay)
{
    ck_assert_str_eq(buffer_cstr(&relay->made.response.headers), "Content-Type: application/json\r\n");
}

START_TEST(info_byte_for_byte)
{
    struct relay relay;
    char wanted[200];
    open_relay(&relay);
    const char *dot = strchr(strchr(PACKAGE_VERSION, '.') + 1, '.');
    snprintf(wanted, sizeof wanted,
             "{\"data\":{\"major-version\":\"%.*s\",\"full-version\":\"%s\"},\"result\":\"success\","
             "\"action\":\"getSystemInfo\"}",
             (int)(dot - PACKAGE_VERSION), PACKAGE_VERSION, PACKAGE_VERSION);
    ck_assert_str_eq(system_ask(&relay, system_get_info, 200), wanted);
    is_json(&relay);
    close_relay(&relay);
}
END_TEST

START_TEST(reload_byte_for_byte_and_everybody_is_told)
{
    struct relay relay;
    open_relay(&relay);
    uint64_t before = relay_state_generation(relay.state);
    ck_assert_str_eq(system_ask(&relay, system_post_reload, 200),
                     "{\"result\":\"success\",\"action\":\"reloadConfiguration\"}");
    is_json(&relay);
    ck_assert_uint_gt(relay_state_generation(relay.state), before);
    ck_assert(tmpdir_has(relay.directory.fd, "index"));
    close_relay(&relay);
}
END_TEST

START_TEST(a_bad_node_list_is_refused_and_nobody_is_told)
{
    struct relay relay;
    open_relay(&relay);
    system_ask(&relay, system_post_reload, 200);
    uint64_t before = relay_state_generation(relay.state);
    tmpdir_write(relay.directory.fd, "list", "{\"n1\": {");
    const char *body = system_ask(&relay, system_post_reload, 500);
    static const char begin[] = "{\"result\":\"error\",\"action\":\"reloadConfiguration\",\"errorDetails\":\"";
    ck_assert_msg(strncmp(body, begin, strlen(begin)) == 0, "%s", body);
    ck_assert_ptr_nonnull(strstr(body, "/list"));
    is_json(&relay);
    ck_assert_uint_eq(relay_state_generation(relay.state), before);
    system_ask(&relay, system_get_info, 200);
    ck_assert(node_index_find(relay.index, "root", NULL));
    close_relay(&relay);
}
END_TEST

START_TEST(a_bad_configuration_is_refused_before_the_index_is_built)
{
    static const char *const bad[] = {"logging = { level = \"loud\"; };", "logging = { filter = \"x=y=z\"; };",
                                      "logging = {", "upload = { retry_after = \"soon\"; };"};
    struct relay relay;
    open_relay(&relay);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_config(&relay, bad[i]);
        const char *body = system_ask(&relay, system_post_reload, 500);
        ck_assert_ptr_nonnull(strstr(body, "relay.conf"));
        ck_assert_ptr_null(strstr(body, "not-for-others"));
    }
    ck_assert(!tmpdir_has(relay.directory.fd, "index"));
    write_config(&relay, "");
    system_ask(&relay, system_post_reload, 200);
    close_relay(&relay);
}
END_TEST

START_TEST(status_of_a_relay_that_is_well)
{
    struct relay relay;
    open_relay(&relay);
    system_ask(&relay, system_post_reload, 200);
    relay_state_set_peer(relay.state, RELAY_PEER_DATABASE, RELAY_PEER_UP, "");
    ck_assert_str_eq(system_ask(&relay, system_get_status, 200),
                     "{\"data\":{\"database\":{\"status\":\"success\"},\"configuration\":{\"status\":\"success\"}},"
                     "\"result\":\"success\",\"action\":\"getStatus\"}");
    is_json(&relay);
    relay.config->reporting.output = RELAY_OUTPUT_DISABLED;
    ck_assert_str_eq(
        system_ask(&relay, system_get_status, 200),
        "{\"data\":{\"configuration\":{\"status\":\"success\"}},\"result\":\"success\",\"action\":\"getStatus\"}");
    close_relay(&relay);
}
END_TEST

START_TEST(status_says_what_is_wrong)
{
    struct relay relay;
    open_relay(&relay);
    ck_assert_ptr_nonnull(strstr(system_ask(&relay, system_get_status, 200), "\"details\":\"there is no node index"));
    system_ask(&relay, system_post_reload, 200);
    ck_assert_str_eq(
        system_ask(&relay, system_get_status, 200),
        "{\"data\":{\"database\":{\"status\":\"error\",\"details\":\"the forwarder has not reported yet\"},"
        "\"configuration\":{\"status\":\"success\"}},\"result\":\"success\",\"action\":\"getStatus\"}");
    relay_state_set_peer(relay.state, RELAY_PEER_DATABASE, RELAY_PEER_DOWN, "no \"route\"");
    ck_assert_ptr_nonnull(strstr(system_ask(&relay, system_get_status, 200),
                                 "{\"database\":{\"status\":\"error\",\"details\":\"no \\\"route\\\" (for "));
    write_config(&relay, "general = 7;");
    const char *body = system_ask(&relay, system_get_status, 200);
    ck_assert_ptr_nonnull(strstr(body, "\"configuration\":{\"status\":\"error\",\"details\":\""));
    ck_assert_ptr_null(strstr(body, "not-for-others"));
    body = system_ask(&relay, system_get_status, 200); /* asked again it is not right either */
    ck_assert_ptr_nonnull(strstr(body, "\"configuration\":{\"status\":\"error\",\"details\":\""));
    write_config(&relay, "");
    tmpdir_write(relay.directory.fd, "list", "[]");
    ck_assert_ptr_nonnull(
        strstr(system_ask(&relay, system_get_status, 200), "\"configuration\":{\"status\":\"error\""));
    tmpdir_write(relay.directory.fd, "list", LIST);
    ck_assert_ptr_nonnull(
        strstr(system_ask(&relay, system_get_status, 200), "\"configuration\":{\"status\":\"success\"}"));
    tmpdir_write(relay.directory.fd, "certs", "-----BEGIN CERTIFICATE-----\n");
    for (int i = 0; i < 2; i++) { /* read once, remembered then */
        ck_assert_ptr_nonnull(strstr(system_ask(&relay, system_get_status, 200), "/certs: line 1: "));
    }
    system_ask(&relay, system_post_reload, 500);
    tmpdir_write(relay.directory.fd, "certs", "\n");
    ck_assert_ptr_nonnull(
        strstr(system_ask(&relay, system_get_status, 200), "\"configuration\":{\"status\":\"success\"}"));
    close_relay(&relay);
}
END_TEST

/* Of a relay whose database is well. */
static void check_uploads_part(struct relay *relay, const char *details)
{
    const char *body = system_ask(relay, system_get_status, 200);
    const char *part = strstr(body, "\"uploads\"");
    if (details == NULL) {
        ck_assert_msg(part == NULL, "%s", body);
    } else {
        ck_assert_msg(part != NULL && strstr(part, "\"uploads\":{\"status\":\"error\",\"details\":\"") == part, "%s",
                      body);
        ck_assert_msg(strstr(part, details) != NULL, "%s", body);
    }
}

START_TEST(status_says_why_no_uploads_come_in)
{
    struct relay relay;
    open_relay(&relay);
    relay.config->upload.min_free_space = INT64_MAX / 2;
    check_uploads_part(&relay, "/incoming is full: ");
    relay.config->upload.min_free_space = 0;
    check_uploads_part(&relay, NULL);
    relay_state_count_activity(relay.state, RELAY_ACTIVITY_TURNED_AWAY, time(NULL));
    check_uploads_part(&relay, "1 were turned away and 0 taken");
    relay_state_count_activity(relay.state, RELAY_ACTIVITY_UPLOADED, time(NULL));
    check_uploads_part(&relay, NULL); /* others come in */
    relay_state_worker_end(relay.state, RELAY_ENDPOINT_UPLOAD);
    check_uploads_part(&relay, "rudder-relay-upload does not run");
    relay_state_worker_idle(relay.state, RELAY_ENDPOINT_UPLOAD);
    check_uploads_part(&relay, NULL);
    close_relay(&relay);
}
END_TEST

START_TEST(status_says_that_the_upstream_is_away)
{
    struct relay relay;
    open_relay(&relay);
    system_ask(&relay, system_post_reload, 200);
    relay.config->reporting.output = RELAY_OUTPUT_UPSTREAM;
    relay_state_set_peer(relay.state, RELAY_PEER_UPSTREAM, RELAY_PEER_DOWN, "it is \"away\"");
    ck_assert_ptr_nonnull(
        strstr(system_ask(&relay, system_get_status, 200),
               "{\"data\":{\"upstream\":{\"status\":\"error\",\"details\":\"it is \\\"away\\\" (for "));
    relay_state_set_peer(relay.state, RELAY_PEER_UPSTREAM, RELAY_PEER_UP, "");
    ck_assert_str_eq(
        system_ask(&relay, system_get_status, 200),
        "{\"data\":{\"configuration\":{\"status\":\"success\"}},\"result\":\"success\",\"action\":\"getStatus\"}");
    close_relay(&relay);
}
END_TEST

START_TEST(queue_of_nothing_byte_for_byte)
{
#define NOTHING "\"files\":0,\"bytes\":0,\"oldest_seconds\":null"
    struct relay relay;
    open_relay(&relay);
    ck_assert_str_eq(system_ask(&relay, system_get_queue, 200),
                     "{\"data\":{\"waiting\":{\"reports\":{" NOTHING "},\"inventories\":{" NOTHING
                     "},\"inventory_updates\":{" NOTHING "}},\"failed\":{\"reports\":{" NOTHING
                     ",\"errors\":[]},\"inventories\":{" NOTHING ",\"errors\":[]},\"inventory_updates\":{" NOTHING
                     ",\"errors\":[]}}},\"result\":\"success\",\"action\":\"getQueue\"}");
    is_json(&relay);
    close_relay(&relay);
}
END_TEST

START_TEST(queue_with_a_failed_file_and_a_directory_that_is_gone)
{
    struct relay relay;
    open_relay(&relay);
    int fd = openat(relay.directory.fd, "failed", O_RDONLY | O_DIRECTORY);
    tmpdir_write(fd, "a.log", "12345");
    tmpdir_write(fd, "a.log.reason", "reason: it is <bad>\nnode: n1\ndirectory: incoming\n");
    tmpdir_age(fd, "a.log", 100);
    close(fd);
    ck_assert_int_eq(unlinkat(relay.directory.fd, "accepted-nodes-updates", AT_REMOVEDIR), 0);
    const char *body = system_ask(&relay, system_get_queue, 200);
    ck_assert_ptr_nonnull(strstr(body, "\"failed\":{\"reports\":{\"files\":1,\"bytes\":5,\"oldest_seconds\":10"));
    ck_assert_ptr_nonnull(
        strstr(body, "\"errors\":[{\"reason\":\"it is <bad>\",\"files\":1,\"bytes\":5,\"oldest_seconds\":10"));
    ck_assert_ptr_nonnull(strstr(body, "\"inventory_updates\":{\"error\":\"spool directory "));
    close_relay(&relay);
}
END_TEST

START_TEST(the_page)
{
    struct relay relay;
    open_relay(&relay);
    system_ask(&relay, system_post_reload, 200);
    relay_state_set_peer(relay.state, RELAY_PEER_DATABASE, RELAY_PEER_UP, "");
    const char *page = system_ask(&relay, system_get_page, 200);
    ck_assert_ptr_nonnull(strstr(page, "The relay is well</h1>"));
    ck_assert_ptr_nonnull(strstr(page, ">1</dd><dd>1 directly below</dd><dd>0 certificates</dd>"));
    ck_assert_ptr_nonnull(strstr(page, "href=\"queue\""));
    tmpdir_write(relay.directory.fd, "list",
                 "{\"root\": {\"hostname\": \"r\", \"policy-server\": \"root\"},"
                 "\"n1\": {\"hostname\": \"n\", \"policy-server\": \"root\"},"
                 "\"n2\": {\"hostname\": \"n\", \"policy-server\": \"n1\"}}");
    ck_assert_ptr_nonnull(strstr(system_ask(&relay, system_get_page, 200), "The relay works, and needs a look</h1>"));
    system_ask(&relay, system_post_reload, 200);
    page = system_ask(&relay, system_get_page, 200);
    ck_assert_ptr_nonnull(strstr(page, ">3</dd><dd>2 directly below</dd>"));
    ck_assert_ptr_null(strstr(page, "not-for-others"));
    close_relay(&relay);
}
END_TEST

SUITE_MAIN("system", info_byte_for_byte, reload_byte_for_byte_and_everybody_is_told,
           a_bad_node_list_is_refused_and_nobody_is_told, a_bad_configuration_is_refused_before_the_index_is_built,
           status_of_a_relay_that_is_well, status_says_what_is_wrong, status_says_why_no_uploads_come_in,
           status_says_that_the_upstream_is_away, queue_of_nothing_byte_for_byte,
           queue_with_a_failed_file_and_a_directory_that_is_gone, the_page)
