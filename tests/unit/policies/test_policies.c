/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "policies/policies.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/file.h>

#include "endpoint/route.h"
#include "support/made_client.h"
#include "support/made_request.h"
#include "support/suite.h"
#include "tree.h"
#include "util/xmalloc.h"

/* root, relay and node are known; node has policies, relay has none. */
struct fixture {
    struct tmpdir directory;
    struct relay_config *config; /* the state points there */
    struct made_clients clients;
    struct node_index *index;
    void *state;
    int policies; /* node's */
};

static void make_index(struct fixture *it)
{
    struct node_index_summary summary;
    struct err err = {0};
    char *list = xasprintf("%s/nodes.json", it->directory.path);
    char *certs = xasprintf("%s/certs.pem", it->directory.path);
    char *index = xasprintf("%s/index", it->directory.path);
    tmpdir_write(it->directory.fd, "nodes.json",
                 "{\"root\": {\"hostname\": \"s\", \"policy-server\": \"root\"},"
                 " \"relay\": {\"hostname\": \"r\", \"policy-server\": \"root\"},"
                 " \"node\": {\"hostname\": \"n\", \"policy-server\": \"relay\"}}");
    tmpdir_write(it->directory.fd, "certs.pem", it->clients.pem.at);
    ck_assert_msg(node_index_build(list, certs, index, &summary, &err), "%s", err.text);
    it->index = node_index_open(index, &err);
    ck_assert_msg(it->index != NULL, "%s", err.text);
    free(list);
    free(certs);
    free(index);
}

static struct fixture policies_fixture_make(void)
{
    static const char *const directories[] = {
        "share", "share/node", "share/node/rules", "share/node/rules/cfengine-community", "share/relay",
        "share/relay/rules",
    };
    struct fixture it = {.directory = tmpdir_make(), .config = xcalloc(1, sizeof *it.config)};
    struct err err = {0};
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        tree_directory(it.directory.fd, directories[i]);
    }
    it.policies = openat(it.directory.fd, directories[3], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    tree_fill(it.policies);
    it.clients = made_clients_new((const char *const[]){"node", "relay", "root", NULL});
    make_index(&it);
    it.config->policies.path = xasprintf("%s/share", it.directory.path);
    it.config->policies.cache_directory = xasprintf("%s/cache", it.directory.path);
    it.config->policies.cache_size = 1000000;
    it.config->policies.cache_retention = 1000;
    it.config->policies.max_files = 1000;
    it.config->policies.max_size = 1000000;
    it.config->policies.max_wait = 60; /* it is not waited for */
    it.state = policies_start(it.config, &err);
    ck_assert_msg(it.state != NULL, "%s", err.text);
    return it;
}

static void policies_fixture_remove(struct fixture *it)
{
    policies_stop(it->state);
    made_clients_free(&it->clients);
    node_index_close(it->index);
    close(it->policies);
    free(it->config->policies.path);
    free(it->config->policies.cache_directory);
    free(it->config);
    tmpdir_remove(&it->directory);
}

/* What is not said is as in the right request. */
struct ask {
    const char *method;
    const char *node;
    const char *uid; /* "-": no certificate */
    const char *none_match;
    bool not_verified;
    bool no_index;
    bool zip;
    const char *file; /* below rules/, instead of an archive */
};

static char headers[1024];
static struct buffer body;

static int test_policies_get(struct fixture *it, struct ask ask)
{
    struct made_request made;
    char none_match[256];
    const char *node = ask.node != NULL ? ask.node : "node";
    made_request_new(&made, ask.method != NULL ? ask.method : "GET", "/", NULL, "", 0);
    if (ask.uid == NULL || strcmp(ask.uid, "-") != 0) {
        made_clients_asks(&it->clients, &made, ask.uid != NULL ? ask.uid : node, !ask.not_verified);
    }
    if (ask.none_match != NULL) {
        snprintf(none_match, sizeof none_match, "HTTP_IF_NONE_MATCH=%s", ask.none_match);
        made_request_env(&made, none_match);
    }
    made_request_begin(&made);
    made.request.index = ask.no_index ? NULL : it->index;
    made.request.args[0] = slice_from_str(node);
    response_begin(&made.response, strcmp(made.request.method, "HEAD") == 0, NULL);
    if (ask.file != NULL) {
        made.request.args[1] = slice_from_str(ask.file);
        policies_get_file(it->state, &made.request, &made.response);
    } else {
        (ask.zip ? policies_get_zip : policies_get_tar_gz)(it->state, &made.request, &made.response);
    }
    int status = made.response.status;
    ck_assert(made_request_send_file(&made));
    snprintf(headers, sizeof headers, "%s", buffer_cstr(&made.response.headers));
    buffer_clear(&body);
    buffer_add(&body, made.response.body.at, made.response.body.len);
    (void)buffer_cstr(&body);
    made_request_free(&made);
    return status;
}

static const char *tag(void)
{
    static char value[128];
    const char *at = strstr(headers, "ETag: ");
    ck_assert_ptr_nonnull(at);
    snprintf(value, sizeof value, "%.*s", (int)strcspn(at + 6, "\r"), at + 6);
    ck_assert_uint_eq(strlen(value), 66);
    return value;
}

START_TEST(a_node_gets_its_policies)
{
    struct fixture it = policies_fixture_make();
    for (int zip = 0; zip < 2; zip++) {
        struct archive_entry *entry;
        ck_assert_int_eq(test_policies_get(&it, (struct ask){.zip = zip}), 200);
        ck_assert_ptr_nonnull(strstr(headers, "Content-Type: application/"));
        ck_assert_ptr_nonnull(strstr(headers, zip ? "/zip\r\n" : "/gzip\r\n"));
        ck_assert_ptr_nonnull(strstr(headers, "Repr-Digest: sha-256=:"));
        ck_assert_ptr_nonnull(strstr(headers, " GMT\r\n"));
        ck_assert_ptr_nonnull(strstr(headers, "Cache-Control: private, no-cache\r\n"));
        struct archive *archive = archive_read_new();
        archive_read_support_format_all(archive);
        archive_read_support_filter_gzip(archive);
        ck_assert_int_eq(archive_read_open_memory(archive, body.at, body.len), ARCHIVE_OK);
        size_t entries = 0;
        while (archive_read_next_header(archive, &entry) != ARCHIVE_EOF) {
            entries++;
        }
        ck_assert_uint_eq(entries, 9);
        archive_read_free(archive);
    }
    policies_fixture_remove(&it);
}
END_TEST

START_TEST(so_do_the_policy_servers_above_it)
{
    struct fixture it = policies_fixture_make();
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.uid = "relay"}), 200);
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.uid = "root"}), 200);
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.node = "relay", .uid = "node"}), 403);
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.node = "root", .uid = "relay"}), 403);
    policies_fixture_remove(&it);
}
END_TEST

START_TEST(nobody_else_does)
{
    struct fixture it = policies_fixture_make();
    static const char *const others[] = {"", "nod", "node2", "*", "Node", "-"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ck_assert_msg(test_policies_get(&it, (struct ask){.uid = others[i]}) == 403, "'%s'", others[i]);
    }
    ck_assert_str_eq(body.at, "a node's certificate is needed\n");
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.not_verified = true}), 403);
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.node = "stranger"}), 403);
    ck_assert_str_eq(body.at, "the node of the client certificate is not known to this relay\n");
    static const char *const ids[] = {"..", ".", "", "node/../node", "../share/node", "node\\x", "no de"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        ck_assert_msg(test_policies_get(&it, (struct ask){.node = ids[i]}) == 403, "'%s'", ids[i]);
    }
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.no_index = true}), 503);
    ck_assert_ptr_nonnull(strstr(headers, "Retry-After: "));
    policies_fixture_remove(&it);
}
END_TEST

START_TEST(single_files_are_for_the_same_node)
{
    struct fixture it = policies_fixture_make();
    tree_directory(it.directory.fd, "share/node/rules/dsc");
    tree_file(it.directory.fd, "share/node/rules/dsc/rudder.zip", "for Windows", 0600);
    tree_file(it.directory.fd, "share/node/secret", "secret", 0600);
    tree_link(it.directory.fd, "../../secret", "share/node/rules/dsc/link");
    struct ask ask = {.file = "dsc/rudder.zip"};
    ck_assert_int_eq(test_policies_get(&it, ask), 200);
    ck_assert_str_eq(body.at, "for Windows");
    ck_assert_ptr_nonnull(strstr(headers, "ETag: "));
    ask.method = "HEAD";
    ck_assert_int_eq(test_policies_get(&it, ask), 200);
    ck_assert_uint_eq(body.len, 0);
    ask = (struct ask){.file = "dsc/rudder.zip", .uid = "relay"};
    ck_assert_int_eq(test_policies_get(&it, ask), 200);
    ask = (struct ask){.node = "relay", .file = "dsc/rudder.zip", .uid = "node"};
    ck_assert_int_eq(test_policies_get(&it, ask), 403);
    ask.node = NULL;
    ask.uid = "-";
    ck_assert_int_eq(test_policies_get(&it, ask), 403);
    static const char *const nothing[] = {
        "", "dsc", "dsc/", "dsc/none", "dsc/rudder.zip/", "../secret", "dsc/../../secret", "/etc/passwd", "dsc/link"};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        ck_assert_msg(test_policies_get(&it, (struct ask){.file = nothing[i]}) == 404, "'%s'", nothing[i]);
        ck_assert_str_eq(body.at, "no such file\n");
    }
    policies_fixture_remove(&it);
}
END_TEST

/* No certificate is asked for: httpd looks at the network. */
static int ask_as_anybody(struct fixture *it, route_handler *handler, const char *file)
{
    struct made_request made;
    made_request_new(&made, "GET", "/", NULL, "", 0);
    made_request_begin(&made);
    made.request.args[0] = slice_from_str(file);
    response_begin(&made.response, false, NULL);
    handler(it->state, &made.request, &made.response);
    int status = made.response.status;
    ck_assert(made_request_send_file(&made));
    buffer_clear(&body);
    buffer_add(&body, made.response.body.at, made.response.body.len);
    (void)buffer_cstr(&body);
    made_request_free(&made);
    return status;
}

START_TEST(all_nodes_get_the_common_files_and_the_servers_id)
{
    struct fixture it = policies_fixture_make();
    it.config->general.node_id = xstrdup("me-1");
    tree_directory(it.directory.fd, "share/common");
    tree_file(it.directory.fd, "share/common/library", "for all", 0600);
    tree_link(it.directory.fd, "library", "share/common/link");
    ck_assert_int_eq(ask_as_anybody(&it, policies_get_common, "library"), 200);
    ck_assert_str_eq(body.at, "for all");
    static const char *const nothing[] = {"", "none", "library/", "../node/rules/cfengine-community/promises.cf",
                                          "link"};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        ck_assert_msg(ask_as_anybody(&it, policies_get_common, nothing[i]) == 404, "'%s'", nothing[i]);
    }
    ck_assert_int_eq(ask_as_anybody(&it, policies_get_uuid, ""), 200);
    ck_assert_str_eq(body.at, "me-1\n");
    free(it.config->general.node_id);
    policies_fixture_remove(&it);
}
END_TEST

START_TEST(without_policies_it_is_404)
{
    struct fixture it = policies_fixture_make();
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.node = "relay"}), 404);
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.node = "root"}), 404);
    tree_file(it.directory.fd, "share/relay/rules/cfengine-community", "a file", 0600);
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.node = "relay"}), 404);
    policies_fixture_remove(&it);
}
END_TEST

START_TEST(a_link_on_the_way_is_not_followed)
{
    struct fixture it = policies_fixture_make();
    tree_link(it.directory.fd, "../../node/rules/cfengine-community", "share/relay/rules/cfengine-community");
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.node = "relay"}), 500);
    tree_link(it.directory.fd, "node", "share/root");
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.node = "root"}), 500);
    ck_assert_str_eq(body.at, "internal error, see the relay's log\n");
    policies_fixture_remove(&it);
}
END_TEST

START_TEST(unchanged_policies_are_not_sent_again)
{
    struct fixture it = policies_fixture_make();
    char first[128], list[256];
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.method = "HEAD"}), 200);
    ck_assert_uint_eq(body.len, 0);
    snprintf(first, sizeof first, "%s", tag());
    snprintf(list, sizeof list, "\"x\", W/%s", first);
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.none_match = list}), 304);
    ck_assert_str_eq(tag(), first);
    ck_assert_uint_eq(body.len, 0);
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.none_match = "\"x\""}), 200);
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.none_match = list, .zip = true}), 200);
    tree_file(it.policies, "promises.cf", "body common control { }\n", 0640);
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.none_match = list}), 200);
    ck_assert_str_ne(tag(), first);
    /* written anew with what was there before */
    tree_file(it.policies, "promises.cf", "body common control {}\n", 0640);
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.none_match = list}), 304);
    ck_assert_str_eq(tag(), first);
    policies_fixture_remove(&it);
}
END_TEST

START_TEST(a_dropped_archive_is_made_again)
{
    struct fixture it = policies_fixture_make();
    char first[128], path[128];
    it.config->policies.cache_size = 0;
    policies_stop(it.state);
    it.state = policies_start(it.config, &(struct err){0});
    ck_assert_int_eq(test_policies_get(&it, (struct ask){0}), 200);
    snprintf(first, sizeof first, "%s", tag());
    snprintf(path, sizeof path, "cache/node.tar.gz");
    struct stat status;
    ck_assert_int_eq(fstatat(it.directory.fd, path, &status, 0), 0);
    ck_assert_int_lt(status.st_size, 400);
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.none_match = first}), 304);
    ck_assert_int_eq(test_policies_get(&it, (struct ask){0}), 200);
    ck_assert_str_eq(tag(), first);
    ck_assert_uint_gt(body.len, 200);
    policies_fixture_remove(&it);
}
END_TEST

START_TEST(what_changed_a_moment_ago_is_not_sent)
{
    struct fixture it = policies_fixture_make();
    it.config->policies.settle_time = 1000;
    it.config->policies.max_wait = 0;
    policies_stop(it.state);
    it.state = policies_start(it.config, &(struct err){0});
    ck_assert_int_eq(test_policies_get(&it, (struct ask){0}), 503);
    ck_assert_ptr_nonnull(strstr(headers, "Retry-After: 10\r\n"));
    ck_assert_str_eq(body.at, "the policies are changing, try again\n");
    policies_fixture_remove(&it);
}
END_TEST

START_TEST(nor_what_another_process_packs)
{
    struct fixture it = policies_fixture_make();
    ck_assert_int_eq(test_policies_get(&it, (struct ask){0}), 200);
    it.config->policies.max_wait = 0;
    policies_stop(it.state);
    it.state = policies_start(it.config, &(struct err){0});
    ck_assert_int_eq(flock(it.policies, LOCK_EX), 0);
    ck_assert_int_eq(test_policies_get(&it, (struct ask){0}), 200); /* in the cache */
    ck_assert_int_eq(test_policies_get(&it, (struct ask){.zip = true}), 503);
    policies_fixture_remove(&it);
}
END_TEST

START_TEST(what_cannot_be_packed_tells_only_the_log)
{
    struct fixture it = policies_fixture_make();
    tree_link(it.policies, "/etc/passwd", "secret");
    ck_assert_int_eq(test_policies_get(&it, (struct ask){0}), 500);
    ck_assert_str_eq(body.at, "internal error, see the relay's log\n");
    policies_fixture_remove(&it);
}
END_TEST

SUITE_MAIN("policies", a_node_gets_its_policies, so_do_the_policy_servers_above_it, nobody_else_does,
           single_files_are_for_the_same_node, all_nodes_get_the_common_files_and_the_servers_id,
           without_policies_it_is_404, a_link_on_the_way_is_not_followed, unchanged_policies_are_not_sent_again,
           a_dropped_archive_is_made_again, what_changed_a_moment_ago_is_not_sent, nor_what_another_process_packs,
           what_cannot_be_packed_tells_only_the_log)
