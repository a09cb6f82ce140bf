/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dirent.h>

#include "relay/node_index.h"
#include "support/made_client.h"
#include "support/made_request.h"
#include "support/suite.h"
#include "support/tmpdir.h"
#include "upload/upload.h"
#include "util/xmalloc.h"

#define NAME "2018-08-24T15:55:01+00:00@node.log"
#define INVENTORY "host-node.ocs"

/* A spool, an index of root, relay (below root), node (below relay) and stranger's sibling, and the handlers' state. */
struct fixture {
    struct tmpdir directory;
    struct relay_config config;
    struct made_clients clients;
    struct node_index *index;
    void *state;
};

static void upload_make_directory(const struct tmpdir *directory, const char *name)
{
    ck_assert_int_eq(mkdirat(directory->fd, name, 0700), 0);
}

static struct fixture upload_fixture_make(void)
{
    struct fixture it = {.directory = tmpdir_make()};
    struct node_index_summary summary;
    struct err err = {0};
    static const char *const directories[] = {"reports", "reports/incoming", "inventories", "inventories/incoming",
                                          "inventories/accepted-nodes-updates", "inventories/incoming-smime",
                                          "inventories/accepted-nodes-updates-smime"};
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        upload_make_directory(&it.directory, directories[i]);
    }
    tmpdir_write(it.directory.fd, "nodes.json",
                 "{\"root\": {\"hostname\": \"s\", \"policy-server\": \"root\"},"
                 " \"relay\": {\"hostname\": \"r\", \"policy-server\": \"root\"},"
                 " \"node\": {\"hostname\": \"n\", \"policy-server\": \"relay\"},"
                 " \"other\": {\"hostname\": \"o\", \"policy-server\": \"relay\"}}");
    it.clients = made_clients_new((const char *const[]){"node", "relay", "root", "other", NULL});
    tmpdir_write(it.directory.fd, "certs.pem", it.clients.pem.at);
    char *list = xasprintf("%s/nodes.json", it.directory.path);
    char *certs = xasprintf("%s/certs.pem", it.directory.path);
    char *index = xasprintf("%s/index", it.directory.path);
    ck_assert_msg(node_index_build(list, certs, index, &summary, &err), "%s", err.text);
    it.index = node_index_open(index, &err);
    ck_assert_msg(it.index != NULL, "%s", err.text);
    free(list);
    free(certs);
    free(index);
    it.config.reporting.directory = xasprintf("%s/reports", it.directory.path);
    it.config.inventory.directory = xasprintf("%s/inventories", it.directory.path);
    it.config.upload.max_body_size = 1000;
    it.config.upload.max_waiting_files = 3;
    it.config.upload.max_waiting_files_per_node = 1000;
    it.config.upload.max_waiting_size_per_node = 1000000;
    it.config.upload.max_waiting_inventories = 3;
    it.config.upload.max_waiting_inventory_size = 1000000;
    it.config.upload.retry_after = 42;
    return it;
}

static void fixture_start(struct fixture *it)
{
    struct err err = {0};
    it->state = upload_start(&it->config, &err);
    ck_assert_msg(it->state != NULL, "%s", err.text);
}

static void upload_fixture_remove(struct fixture *it)
{
    if (it->state != NULL) {
        upload_stop(it->state);
    }
    made_clients_free(&it->clients);
    node_index_close(it->index);
    free(it->config.reporting.directory);
    free(it->config.inventory.directory);
    tmpdir_remove(&it->directory);
}

/* What is asked; what is not said is as in a good upload of a report. */
struct ask {
    route_handler *handler;
    const char *name;
    const char *length;
    const char *body;
    const char *uid;    /* of a verified certificate */
    const char *header; /* one more variable */
    bool breaks;
    bool no_length;
    bool no_index;
};

static char answer[256]; /* headers and body of the last answer */

static int test_upload_put(struct fixture *it, struct ask ask)
{
    struct made_request made;
    const char *name = ask.name != NULL ? ask.name : NAME;
    const char *body = ask.body != NULL ? ask.body : "hello";
    char length[32];
    snprintf(length, sizeof length, "%zu", strlen(body));
    made_request_new(&made, "PUT", name,
                     ask.no_length        ? NULL
                     : ask.length != NULL ? ask.length
                                          : length,
                     body, strlen(body));
    if (ask.uid != NULL) {
        made_clients_asks(&it->clients, &made, ask.uid, true);
    }
    if (ask.header != NULL) {
        made_request_env(&made, ask.header);
    }
    made.breaks = ask.breaks;
    made_request_begin(&made);
    made.request.index = ask.no_index ? NULL : it->index;
    made.request.args[0] = slice_from_str(name);
    (ask.handler != NULL ? ask.handler : upload_put_report)(it->state, &made.request, &made.response);
    int status = made.response.status;
    snprintf(answer, sizeof answer, "%s%s", buffer_cstr(&made.response.headers), buffer_cstr(&made.response.body));
    made_request_free(&made);
    return status;
}

static size_t test_upload_count(const struct fixture *it, const char *directory)
{
    size_t entries = 0;
    int fd = openat(it->directory.fd, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fdopendir(fd);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        entries += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(dir);
    return entries;
}

static void expect_content(const struct fixture *it, const char *name, const char *text)
{
    char content[64] = "";
    struct stat status;
    int fd = openat(it->directory.fd, name, O_RDONLY | O_CLOEXEC);
    ck_assert_msg(fd >= 0, "%s", name);
    ck_assert_int_ge(read(fd, content, sizeof content - 1), 0);
    ck_assert_str_eq(content, text);
    ck_assert_int_eq(fstat(fd, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0640);
    close(fd);
}

START_TEST(what_is_no_whole_file_is_refused)
{
    struct fixture it = upload_fixture_make();
    static const struct {
        route_handler *handler;
        const char *name;
    } ways[] = {{upload_put_report, NAME}, {upload_put_inventory, INVENTORY}, {upload_put_inventory_update, INVENTORY}};
    fixture_start(&it);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct ask ask = {.handler = ways[i].handler, .name = ways[i].name};
        struct ask empty = ask, part = ask, packed = ask;
        empty.body = "";
        part.header = "HTTP_CONTENT_RANGE=bytes 0-4/10";
        packed.header = "HTTP_CONTENT_ENCODING=gzip";
        ck_assert_int_eq(test_upload_put(&it, empty), 400);
        ck_assert_ptr_nonnull(strstr(answer, "the file is empty\n"));
        ck_assert_int_eq(test_upload_put(&it, part), 400);
        ck_assert_ptr_nonnull(strstr(answer, "Content-Range"));
        ck_assert_int_eq(test_upload_put(&it, packed), 415);
        ck_assert_ptr_nonnull(strstr(answer, "Content-Encoding"));
    }
    ck_assert_uint_eq(test_upload_count(&it, "reports/incoming"), 0);
    ck_assert_uint_eq(test_upload_count(&it, "inventories/incoming"), 0);
    ck_assert_uint_eq(test_upload_count(&it, "inventories/accepted-nodes-updates"), 0);
    upload_fixture_remove(&it);
}
END_TEST

START_TEST(a_message_goes_where_it_is_unpacked)
{
    struct fixture it = upload_fixture_make();
    const struct ask first = {.handler = upload_put_inventory, .name = "h.smime.ocs.gz"};
    const struct ask update = {.handler = upload_put_inventory_update, .name = "h.smime.ocs.gz"};
    fixture_start(&it);
    ck_assert_int_eq(test_upload_put(&it, first), 400);
    ck_assert_ptr_nonnull(strstr(answer, "takes no inventories in messages"));
    upload_stop(it.state);
    it.config.inventory.smime = true;
    fixture_start(&it);
    ck_assert_int_eq(test_upload_put(&it, first), 201);
    ck_assert_int_eq(test_upload_put(&it, update), 201);
    expect_content(&it, "inventories/incoming-smime/h.smime.ocs.gz", "hello");
    expect_content(&it, "inventories/accepted-nodes-updates-smime/h.smime.ocs.gz", "hello");
    upload_stop(it.state);
    it.config.inventory.smime = false;
    it.config.inventory.output = RELAY_OUTPUT_UPSTREAM; /* on a relay it is an inventory like any other */
    fixture_start(&it);
    ck_assert_int_eq(test_upload_put(&it, update), 201);
    expect_content(&it, "inventories/accepted-nodes-updates/h.smime.ocs.gz", "hello");
    upload_fixture_remove(&it);
}
END_TEST

START_TEST(an_upload_is_there_under_its_name)
{
    struct fixture it = upload_fixture_make();
    mode_t before = umask(077); /* has no say */
    fixture_start(&it);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.body = "one"}), 201);
    expect_content(&it, "reports/incoming/" NAME, "one");
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.body = "one"}), 204);
    expect_content(&it, "reports/incoming/" NAME, "one");
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.name = "root_2018-08-24T15:55:01+00:00.log.gz"}), 201);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.handler = upload_put_inventory, .name = INVENTORY}), 201);
    expect_content(&it, "inventories/incoming/" INVENTORY, "hello");
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.handler = upload_put_inventory_update, .name = INVENTORY}),
                     201);
    expect_content(&it, "inventories/accepted-nodes-updates/" INVENTORY, "hello");
    ck_assert_uint_eq(test_upload_count(&it, "reports/incoming"), 2);
    umask(before);
    upload_fixture_remove(&it);
}
END_TEST

START_TEST(other_bytes_of_a_name_wait_beside_it)
{
    struct fixture it = upload_fixture_make();
    fixture_start(&it);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.body = "one"}), 201);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.body = "two"}), 201);
    expect_content(&it, "reports/incoming/" NAME, "one");
    expect_content(&it, "reports/incoming/" NAME ".~1~", "two");
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.body = "two"}), 204);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.body = "3"}), 201);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.body = "4"}), 201);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.body = "5"}), 503);
    ck_assert_ptr_nonnull(strstr(answer, "4 other files of that name wait"));
    ck_assert_ptr_nonnull(strstr(answer, "Rudder-Relay-Scope: node\r\n"));
    ck_assert_uint_eq(test_upload_count(&it, "reports/incoming"), 4);
    upload_fixture_remove(&it);
}
END_TEST

/* When the upload's file was taken, by its mtime; seconds since 1970. */
static int64_t upload_taken(const struct fixture *it, const char *name)
{
    struct stat status;
    char *path = xasprintf("reports/incoming/%s", name);
    ck_assert_int_eq(fstatat(it->directory.fd, path, &status, 0), 0);
    free(path);
    return status.st_mtime;
}

START_TEST(only_a_certificate_says_when_a_run_was_taken)
{
    static const char received[] = "HTTP_RUDDER_RELAY_RECEIVED=1700000000";
    static const char *const names[] = {NAME, "2018-08-25T15:55:01+00:00@node.log",
                                        "2018-08-26T15:55:01+00:00@node.log"};
    struct fixture it = upload_fixture_make();
    fixture_start(&it);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.name = names[0], .header = received}), 201);
    ck_assert_int_ge(upload_taken(&it, names[0]), time(NULL) - 60);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.name = names[1], .uid = "relay", .header = received}), 201);
    ck_assert_int_eq(upload_taken(&it, names[1]), 1700000000);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.name = names[2], .uid = "relay",
                                                       .header = "HTTP_RUDDER_RELAY_RECEIVED=99999999999"}), 201);
    ck_assert_int_le(upload_taken(&it, names[2]), time(NULL) + 60); /* not in the future */
    upload_fixture_remove(&it);
}
END_TEST

START_TEST(a_name_of_another_directory_is_refused)
{
    struct fixture it = upload_fixture_make();
    fixture_start(&it);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.name = INVENTORY}), 400);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.name = "uuid.hive"}), 400);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.name = ".."}), 400);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.handler = upload_put_inventory, .name = NAME}), 400);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.handler = upload_put_inventory, .name = "uuid.hive"}), 400);
    ck_assert_int_eq(
        test_upload_put(&it, (struct ask){.handler = upload_put_inventory_update, .name = "../" INVENTORY}), 400);
    upload_fixture_remove(&it);
}
END_TEST

START_TEST(only_sub_nodes_upload_reports)
{
    struct fixture it = upload_fixture_make();
    fixture_start(&it);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.name = "2018-08-24T15:55:01+00:00@stranger.log"}), 403);
    ck_assert_str_eq(answer, "Content-Type: text/plain; charset=utf-8\r\nthe node is not known to this relay\n");
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.no_index = true}), 503);
    ck_assert_ptr_nonnull(strstr(answer, "Retry-After: 42\r\n"));
    ck_assert_int_eq(
        test_upload_put(&it, (struct ask){.handler = upload_put_inventory, .name = INVENTORY, .no_index = true}), 201);
    ck_assert_uint_eq(test_upload_count(&it, "reports/incoming"), 0);
    upload_fixture_remove(&it);
}
END_TEST

START_TEST(a_certificate_speaks_for_its_node_and_those_below)
{
    struct fixture it = upload_fixture_make();
    fixture_start(&it);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.uid = "node"}), 201);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.uid = "relay"}), 204); /* the same bytes */
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.uid = "root"}), 204);
    static const char *const others[] = {"other", "stranger", "", "nod", "node ", "*"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ck_assert_msg(test_upload_put(&it, (struct ask){.uid = others[i]}) == 403, "'%s'", others[i]);
    }
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.name = "2018-08-24T15:55:01+00:00@relay.log", .uid = "node"}),
                     403);
    ck_assert_int_eq(
        test_upload_put(&it, (struct ask){.handler = upload_put_inventory, .name = INVENTORY, .uid = "other"}), 201);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.uid = "node", .header = "SSL_CLIENT_S_DN_UID_1=other"}), 403);
    upload_fixture_remove(&it);
}
END_TEST

/* httpd, which does not know yet that the node was removed, lets it in for its certificate. */
START_TEST(a_removed_node_uploads_no_inventory)
{
    struct fixture it = upload_fixture_make();
    fixture_start(&it);
    struct ask ask = {.handler = upload_put_inventory, .name = INVENTORY, .uid = "stranger"};
    ck_assert_int_eq(test_upload_put(&it, ask), 403);
    ask.no_index = true;
    ck_assert_int_eq(test_upload_put(&it, ask), 503);
    ask.uid = NULL; /* by the password */
    ck_assert_int_eq(test_upload_put(&it, ask), 201);
    upload_fixture_remove(&it);
}
END_TEST

START_TEST(a_body_needs_a_length_within_the_limit)
{
    struct fixture it = upload_fixture_make();
    fixture_start(&it);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.no_length = true}), 411);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.length = "five"}), 400);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.length = "1001"}), 413);
    ck_assert_str_eq(answer, "Content-Type: text/plain; charset=utf-8\r\n1001 bytes are more than the limit of 1000\n");
    ck_assert_uint_eq(test_upload_count(&it, "reports/incoming"), 0);
    upload_fixture_remove(&it);
}
END_TEST

START_TEST(a_broken_body_leaves_nothing_behind)
{
    struct fixture it = upload_fixture_make();
    fixture_start(&it);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.length = "6"}), 400);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.length = "4"}), 400);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.breaks = true}), 400);
    ck_assert_uint_eq(test_upload_count(&it, "reports/incoming"), 0);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.body = "whole"}), 201);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.body = "cut", .length = "4"}), 400);
    expect_content(&it, "reports/incoming/" NAME, "whole");
    ck_assert_uint_eq(test_upload_count(&it, "reports/incoming"), 1);
    upload_fixture_remove(&it);
}
END_TEST

START_TEST(a_full_spool_says_when_to_come_again)
{
    struct fixture it = upload_fixture_make();
    fixture_start(&it);
    for (int i = 0; i < 4; i++) {
        char name[48];
        snprintf(name, sizeof name, "reports/incoming/%d.log", i);
        tmpdir_write(it.directory.fd, name, "");
    }
    ck_assert_int_eq(test_upload_put(&it, (struct ask){0}), 503);
    ck_assert_ptr_nonnull(strstr(answer, "Retry-After: 42\r\n"));
    ck_assert_uint_eq(test_upload_count(&it, "reports/incoming"), 4);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.handler = upload_put_inventory, .name = INVENTORY}), 201);
    unlinkat(it.directory.fd, "reports/incoming/0.log", 0);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){0}), 201);
    upload_fixture_remove(&it);
}
END_TEST

START_TEST(the_password_check_is_answered_whatever_the_state)
{
    struct fixture it = upload_fixture_make();
    it.config.upload.min_free_space = INT64_MAX;
    fixture_start(&it);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){.handler = upload_put_inventory_update, .name = INVENTORY}),
                     507);
    ck_assert_int_eq(
        test_upload_put(&it,
                        (struct ask){.handler = upload_put_inventory_update, .name = "uuid.hive", .no_index = true}),
        204);
    ck_assert_uint_eq(test_upload_count(&it, "inventories/accepted-nodes-updates"), 0);
    upload_fixture_remove(&it);
}
END_TEST

START_TEST(what_goes_wrong_here_is_not_told)
{
    struct fixture it = upload_fixture_make();
    fixture_start(&it);
    ck_assert_int_eq(unlinkat(it.directory.fd, "reports/incoming", AT_REMOVEDIR), 0);
    ck_assert_int_eq(test_upload_put(&it, (struct ask){0}), 500);
    ck_assert_ptr_null(strstr(answer, it.directory.path));
    upload_make_directory(&it.directory, "reports/incoming"); /* and a directory that comes back is used again */
    ck_assert_int_eq(test_upload_put(&it, (struct ask){0}), 201);
    upload_fixture_remove(&it);
}
END_TEST

START_TEST(starting_sweeps_what_a_killed_upload_left)
{
    struct fixture it = upload_fixture_make();
    int incoming = openat(it.directory.fd, "reports/incoming", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    tmpdir_write(incoming, ".0123456789abcdef.tmp", "old");
    tmpdir_age(incoming, ".0123456789abcdef.tmp", 3600);
    tmpdir_write(incoming, ".fedcba9876543210.tmp", "another worker's, being written");
    tmpdir_write(incoming, NAME, "old");
    tmpdir_age(incoming, NAME, 3600);
    fixture_start(&it);
    ck_assert(!tmpdir_has(incoming, ".0123456789abcdef.tmp"));
    ck_assert(tmpdir_has(incoming, ".fedcba9876543210.tmp"));
    ck_assert(tmpdir_has(incoming, NAME));
    close(incoming);
    upload_fixture_remove(&it);
}
END_TEST

START_TEST(without_its_directories_it_does_not_start)
{
    struct fixture it = upload_fixture_make();
    struct err err = {0};
    ck_assert_int_eq(unlinkat(it.directory.fd, "inventories/accepted-nodes-updates", AT_REMOVEDIR), 0);
    ck_assert_ptr_null(upload_start(&it.config, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "inventories/accepted-nodes-updates: No such file or directory"));
    upload_fixture_remove(&it);
}
END_TEST

/* Runs by syslog have a directory that is none of its business, and where it may not write. */
START_TEST(it_starts_where_runs_come_by_syslog)
{
    static char elsewhere[] = "/nonexistent/syslog";
    struct fixture it = upload_fixture_make();
    it.config.syslog.enabled = true;
    it.config.syslog.directory = elsewhere;
    fixture_start(&it);
    upload_fixture_remove(&it);
}
END_TEST

SUITE_MAIN("upload", it_starts_where_runs_come_by_syslog, what_is_no_whole_file_is_refused,
           an_upload_is_there_under_its_name,
           a_message_goes_where_it_is_unpacked, other_bytes_of_a_name_wait_beside_it,
           only_a_certificate_says_when_a_run_was_taken,
           a_name_of_another_directory_is_refused, only_sub_nodes_upload_reports,
           a_certificate_speaks_for_its_node_and_those_below, a_removed_node_uploads_no_inventory,
           a_body_needs_a_length_within_the_limit, a_broken_body_leaves_nothing_behind,
           a_full_spool_says_when_to_come_again, the_password_check_is_answered_whatever_the_state,
           what_goes_wrong_here_is_not_told, starting_sweeps_what_a_killed_upload_left,
           without_its_directories_it_does_not_start)
