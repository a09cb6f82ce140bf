/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The handlers with real commands: a script in the place of `rudder` writes down how it was called.
 */
#include <time.h>

#include "relay/via_header.h"
#include "remote-run/remote_run.h"
#include "support/made_index.h"
#include "support/made_request.h"
#include "support/suite.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

/* root (here) has one, two and the relay below it; far is behind the relay. odd has a host name that is none. */
#define LIST                                                                                                           \
    "{" MADE_NODE("root", "localhost", "root") "," MADE_NODE("one", "one.example", "root") ","                         \
        MADE_NODE("two", "two.example", "root") "," MADE_NODE("relay", "127.0.0.1", "root") ","                        \
        MADE_NODE("far", "far.example", "relay") "," MADE_NODE("odd", "-x", "root") "}"

static struct made_index nodes;
static struct tmpdir directory;
static struct relay_config config;
static void *state;
static struct made_request made;

static void set_up_remote_run(void)
{
    nodes = made_index_new(LIST, "");
    directory = tmpdir_make();
    config = (struct relay_config){0};
    config.general.node_id = xstrdup("root");
    config.general.https_port = 1; /* nobody listens there */
    config.remote_run.enabled = true;
    config.remote_run.command = xasprintf("%s/rudder", directory.path);
    config.remote_run.timeout = 60;
    config.remote_run.max_children = 1;
    config.remote_run.max_output = 100000;
    state = remote_run_start(&config, NULL);
}

static void tear_down_remote_run(void)
{
    made_request_free(&made);
    remote_run_stop(state);
    free(config.general.node_id);
    free(config.remote_run.command);
    tmpdir_remove(&directory);
    made_index_free(&nodes);
}

/* What the command does, a shell script; "$0" stands in the test's directory. */
static void command_does(const char *script)
{
    char *text = xasprintf("#!/bin/sh\ncd \"${0%%/*}\"\n%s\n", script);
    tmpdir_write(directory.fd, "rudder.new", text);
    ck_assert_int_eq(fchmodat(directory.fd, "rudder.new", 0755, 0), 0);
    ck_assert_int_eq(renameat(directory.fd, "rudder.new", directory.fd, "rudder"), 0);
    free(text);
}

/* One more variable of the next request. */
static const char *variable;
static bool without_index, breaks;

static int post(route_handler *handler, const char *node_id, const char *form)
{
    char length[32];
    snprintf(length, sizeof length, "%zu", form != NULL ? strlen(form) : 0);
    made_request_free(&made);
    made_request_new(&made, "POST", "/", form != NULL ? length : NULL, form, form != NULL ? strlen(form) : 0);
    if (variable != NULL) {
        made_request_env(&made, variable);
    }
    made.breaks = breaks;
    made.left -= breaks;
    made_request_begin(&made);
    made.request.index = without_index ? NULL : nodes.index;
    made.request.args[0] = slice_from_str(node_id != NULL ? node_id : "");
    handler(state, &made.request, &made.response);
    return made.response.status;
}

static const char *said(void)
{
    return buffer_cstr(&made.response.body);
}

static const char *content(const char *name)
{
    static struct buffer text;
    struct err err = {0};
    buffer_clear(&text);
    ck_assert_msg(safe_file_read(directory.fd, name, 100000, &text, &err), "%s", err.text);
    return buffer_cstr(&text);
}

START_TEST(what_is_no_request_is_refused)
{
    set_up_remote_run();
    ck_assert_int_eq(post(remote_run_nodes, NULL, "nodes=one&conditions=a-b"), 400);
    ck_assert_str_eq(said(), "invalid condition: a-b, should match ^[a-zA-Z0-9][a-zA-Z0-9_]*$");
    ck_assert_int_eq(post(remote_run_nodes, NULL, "keep_output=true"), 400);
    ck_assert_str_eq(said(), "Missing nodes");
    ck_assert_int_eq(post(remote_run_all, NULL, "keep_output=maybe"), 400);
    variable = "CONTENT_TYPE=application/json";
    ck_assert_int_eq(post(remote_run_all, NULL, "{}"), 400);
    variable = "CONTENT_TYPE=multipart/form-data; boundary=x";
    ck_assert_int_eq(post(remote_run_all, NULL, "x"), 400);
    variable = "HTTP_TRANSFER_ENCODING=chunked";
    ck_assert_int_eq(post(remote_run_all, NULL, NULL), 411);
    variable = NULL;
    breaks = true;
    ck_assert_int_eq(post(remote_run_all, NULL, "conditions=ab"), 400); /* what came would be a right form, too */
    breaks = false;
    char *large = xmalloc(1024 * 1024 + 2);
    memset(large, 'x', 1024 * 1024 + 1);
    large[1024 * 1024 + 1] = '\0';
    ck_assert_int_eq(post(remote_run_all, NULL, large), 413);
    free(large);
    without_index = true;
    ck_assert_int_eq(post(remote_run_all, NULL, ""), 503);
    ck_assert_int_eq(post(remote_run_node, "one", ""), 503);
    without_index = false;
    ck_assert(!tmpdir_has(directory.fd, "calls"));
    tear_down_remote_run();
}
END_TEST

START_TEST(disabled_it_is_not_there)
{
    set_up_remote_run();
    command_does("echo \"$*\" >>calls");
    config.remote_run.enabled = false;
    ck_assert_int_eq(post(remote_run_node, "one", "keep_output=true"), 404);
    ck_assert_str_eq(said(), "NOT FOUND");
    ck_assert(!tmpdir_has(directory.fd, "calls"));
    tear_down_remote_run();
}
END_TEST

START_TEST(neighbours_are_run_by_one_command)
{
    set_up_remote_run();
    command_does("echo \"$*\" >>calls; echo \"output of $*\"; echo trouble >&2");
    ck_assert_int_eq(post(remote_run_nodes, NULL, "nodes=two,one,stranger,odd&keep_output=true&classes=a,b_1"), 200);
    ck_assert_str_eq(content("calls"), "remote run -D a,b_1 -- one.example,two.example\n");
    ck_assert_ptr_nonnull(strstr(said(), "output of remote run -D a,b_1 -- one.example,two.example\n"));
    ck_assert_ptr_nonnull(
        strstr(said(), "rudder-relay: node odd is left out: its host name in the node list is none\n"));
    ck_assert_ptr_nonnull(strstr(buffer_cstr(&made.response.headers), "Content-Type: text/plain"));
    ck_assert_int_eq(post(remote_run_node, "two", "keep_output=true&nodes=one"), 200);
    ck_assert_ptr_nonnull(strstr(content("calls"), "\nremote run -- two.example\n")); /* the path's, not the form's */
    ck_assert_int_eq(post(remote_run_node, "stranger", "keep_output=true"), 200);
    ck_assert_str_eq(said(), "");
    tear_down_remote_run();
}
END_TEST

START_TEST(all_are_the_neighbours_and_the_relays)
{
    set_up_remote_run();
    command_does("echo \"$*\" >>calls");
    ck_assert_int_eq(post(remote_run_all, NULL, NULL), 200); /* no body, no length */
    ck_assert_str_eq(said(), "");
    ck_assert_ptr_nonnull(strstr(content("calls"), "one.example"));
    ck_assert_ptr_nonnull(strstr(content("calls"), "two.example"));
    ck_assert_ptr_null(strstr(content("calls"), "far.example"));
    tear_down_remote_run();
}
END_TEST

START_TEST(a_relay_that_cannot_be_asked_is_named)
{
    set_up_remote_run();
    command_does("echo output");
    ck_assert_int_eq(post(remote_run_nodes, NULL, "nodes=one,far&keep_output=true"), 200);
    ck_assert_ptr_nonnull(strstr(said(), "output\n"));
    ck_assert_ptr_nonnull(strstr(said(), "rudder-relay: relay relay (127.0.0.1): "));
    tear_down_remote_run();
}
END_TEST

START_TEST(without_output_there_is_nothing_to_say)
{
    set_up_remote_run();
    command_does("echo output; echo done >ended");
    ck_assert_int_eq(post(remote_run_node, "one", "keep_output=false"), 200);
    ck_assert_str_eq(said(), "");
    ck_assert(tmpdir_has(directory.fd, "ended")); /* it was waited for */
    tear_down_remote_run();
}
END_TEST

START_TEST(streamed_output_is_sent_as_it_comes)
{
    set_up_remote_run();
    command_does("echo first; echo second");
    ck_assert_int_eq(post(remote_run_node, "one", "keep_output=true&asynchronous=true"), 200);
    ck_assert(made.response.started);
    ck_assert_str_eq(said(), "first\nsecond\n");
    ck_assert_int_eq(post(remote_run_node, "one", "keep_output=true"), 200);
    ck_assert(!made.response.started);
    tear_down_remote_run();
}
END_TEST

START_TEST(gathered_output_has_a_limit)
{
    set_up_remote_run();
    command_does("i=0; while [ $i -lt 20000 ]; do echo 'a line of some length'; i=$((i + 1)); done");
    ck_assert_int_eq(post(remote_run_node, "one", "keep_output=true"), 200);
    ck_assert_uint_lt(made.response.body.len, 110000);
    ck_assert_ptr_nonnull(strstr(said(), "rudder-relay: "));
    tear_down_remote_run();
}
END_TEST

static bool there_is(const char *name)
{
    for (int i = 0; i < 6000; i++) {
        if (tmpdir_has(directory.fd, name)) {
            return true;
        }
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    return false;
}

START_TEST(who_waits_for_nothing_is_answered_at_once)
{
    static const char form[] = "asynchronous=true";
    set_up_remote_run();
    command_does("echo x >begun; while [ ! -e go ]; do sleep 0.02; done; echo x >ended");
    ck_assert_int_eq(post(remote_run_node, "one", form), 200);
    ck_assert_str_eq(said(), "");
    ck_assert(there_is("begun") && !tmpdir_has(directory.fd, "ended"));
    ck_assert_int_eq(post(remote_run_node, "two", form), 503); /* max_children is 1 */
    ck_assert_str_eq(said(), "too many runs go on already");
    tmpdir_write(directory.fd, "go", "");
    ck_assert(there_is("ended"));
    int status = 503;
    for (int i = 0; i < 6000 && status == 503; i++) { /* its process ends a moment after its command */
        status = post(remote_run_node, "two", form);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    ck_assert_int_eq(status, 200);
    tear_down_remote_run();
}
END_TEST

START_TEST(a_circle_of_relays_is_broken)
{
    struct buffer via = {0};
    set_up_remote_run();
    command_does("echo \"$*\" >>calls");
    via_header_add(&via, NULL, "root");
    char *set = xasprintf("HTTP_VIA=%s", strchr(buffer_cstr(&via), ' ') + 1);
    variable = set;
    ck_assert_int_eq(post(remote_run_node, "one", ""), 502);
    variable = NULL;
    ck_assert(!tmpdir_has(directory.fd, "calls"));
    free(set);
    buffer_free(&via);
    tear_down_remote_run();
}
END_TEST

SUITE_MAIN("remote_run", what_is_no_request_is_refused, disabled_it_is_not_there, neighbours_are_run_by_one_command,
           all_are_the_neighbours_and_the_relays, a_relay_that_cannot_be_asked_is_named,
           without_output_there_is_nothing_to_say, streamed_output_is_sent_as_it_comes, gathered_output_has_a_limit,
           who_waits_for_nothing_is_answered_at_once, a_circle_of_relays_is_broken)
