/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sink_upstream with upstream_transfer, against a real TLS server (tests/support/https_server).
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "forwarder/sink_upstream.h"
#include "forwarder/upstream_transfer.h"
#include "relay/peer.h"
#include "support/https_serve.h"
#include "support/made_relay.h"
#include "support/suite.h"
#include "util/clock.h"
#include "util/xmalloc.h"

#define N1 MADE_RUN("n1")
#define OWN_LOGIN "login=cnVkZGVyOm93bg=="         /* rudder:own */
#define NEW_LOGIN "login=cnVkZGVyOm5ldw=="         /* rudder:new */
#define DEFAULT_LOGIN "login=cnVkZGVyOmRlZmF1bHQ=" /* rudder:default */

/* Less than the 30 seconds that a signature waits when nobody releases it. */
#define WAIT_FOR(condition)                                                                                            \
    for (int64_t until_ms_ = clock_ms() + 25000; !(condition); usleep(1000)) {                                         \
        ck_assert_msg(clock_ms() < until_ms_, "waited in vain for %s", #condition);                                    \
    }

static const struct backoff quick = {.first_ms = 1, .ceiling_ms = 4};
static const struct backoff never = {.first_ms = 3600000, .ceiling_ms = 3600000};

static struct made_relay relay;
static struct https_serve server;
static struct spool_source sources[RELAY_UPLOAD_KINDS];
static struct sink_upstream *sink;

static void sink_set_up(const char *mode)
{
    struct relay_config *config = &relay.config;
    made_relay_open(&relay);
    https_serve_start(&server, mode);
    config->general.https_port = server.port;
    config->general.https_idle_timeout = 60;
    config->general.peer_authentication = RELAY_PEER_CERT_PINNING;
    config->upstream.host = xstrdup("127.0.0.1");
    config->upstream.user = xstrdup("rudder");
    config->upstream.password = xstrdup("own");
    config->upstream.default_password = xstrdup("default");
    config->upstream.server_certificate_file = xasprintf("%s/cert", server.directory.path);
    config->upstream.proxy = xstrdup("");
    config->upstream.connections = 1;
    config->upstream.connect_timeout = config->upstream.stall_timeout = config->upstream.total_timeout = 60;
    for (enum relay_kind kind = 0; kind < RELAY_UPLOAD_KINDS; kind++) {
        sources[kind] = made_relay_source(&relay, kind);
    }
}

static void scan(void)
{
    for (enum relay_kind kind = 0; kind < RELAY_UPLOAD_KINDS; kind++) {
        int64_t next_ms;
        sources[kind].next_scan_ms = 0;
        ck_assert(spool_source_scan_if_due(&sources[kind], &next_ms));
    }
}

static void sink_start(const struct backoff *backoff)
{
    struct err err;
    scan();
    sink = sink_upstream_start(&relay.config, relay.state, backoff, sources, RELAY_UPLOAD_KINDS, &err);
    ck_assert_msg(sink != NULL, "%s", err.text);
}

/* As the forwarder does it. */
static void sink_reload(void)
{
    sink_upstream_reload(sink);
    for (enum relay_kind kind = 0; kind < RELAY_UPLOAD_KINDS; kind++) {
        dispatch_flush_deferred(sources[kind].dispatch);
    }
}

static void sink_end(void)
{
    sink_upstream_stop(sink);
    ck_assert(sink_upstream_join(sink, clock_ms() + 250000));
}

static void sink_tear_down(void)
{
    struct relay_config *config = &relay.config;
    for (enum relay_kind kind = 0; kind < RELAY_UPLOAD_KINDS; kind++) {
        spool_source_close(&sources[kind]);
    }
    free(config->upstream.host);
    free(config->upstream.user);
    free(config->upstream.password);
    free(config->upstream.default_password);
    free(config->upstream.server_certificate_file);
    free(config->upstream.proxy);
    https_serve_stop(&server);
    made_relay_close(&relay);
}

static void put_run(const char *node_id)
{
    char *name = xasprintf("2018-08-24T15:55:01+00:00@%s.log", node_id);
    made_relay_put_run(&relay, &relay.n1, node_id, name);
    free(name);
}

/* Runs of n1, the last one the newest. */
static void put_runs(int count)
{
    for (int i = 0; i < count; i++) {
        char *name = xasprintf("2018-08-24T15:55:%02d+00:00@n1.log", i);
        made_relay_put(&relay, name, slice_from_str("not looked at"));
        free(name);
    }
}

static void put_file(const char *path)
{
    tmpdir_arrive(relay.directory.fd, path, "content");
}

static bool spool_has(const char *path)
{
    return tmpdir_has(relay.directory.fd, path);
}

static size_t waiting(enum relay_kind kind)
{
    return spool_count(spool_incoming_fd(sources[kind].spool), 1000);
}

/* The requests of the server's log, in their order, that have this text. */
static size_t requests(const char *text)
{
    struct buffer log = {0};
    size_t count = 0;
    https_serve_log(&server, &log);
    for (const char *at = buffer_cstr(&log); (at = strstr(at, text)) != NULL; at++) {
        count++;
    }
    buffer_free(&log);
    return count;
}

static bool requested_before(const char *first, const char *second)
{
    struct buffer log = {0};
    https_serve_log(&server, &log);
    const char *first_at = strstr(buffer_cstr(&log), first), *second_at = strstr(buffer_cstr(&log), second);
    bool before = first_at != NULL && second_at != NULL && first_at < second_at;
    buffer_free(&log);
    return before;
}

static struct relay_peer_report upstream_report(void)
{
    struct relay_peer_report report;
    relay_state_peer(relay.state, RELAY_PEER_UPSTREAM, &report);
    return report;
}

static bool is_up(void)
{
    return upstream_report().state == RELAY_PEER_UP;
}

static bool is_down(void)
{
    return upstream_report().state == RELAY_PEER_DOWN;
}

static uint64_t counted(enum relay_metric metric, size_t label)
{
    return made_relay_count(&relay, metric, label, 0);
}

static uint64_t report_bytes(void)
{
    const struct relay_metric_family *family = relay_metrics_family(METRIC_REPORT_BYTES);
    return relay_state_get(relay.state,
                           relay_metric_cell(METRIC_REPORT_BYTES, 0, 0) + (unsigned)family->bound_count + 1);
}

START_TEST(each_kind_goes_to_its_url_with_its_password)
{
    sink_set_up("201");
    put_run("n1");
    put_file("inventories/incoming/n1.ocs");
    put_file("inventories/incoming/n1.ocs.sign");
    put_file("inventories/accepted-nodes-updates/n2 %.ocs");
    sink_start(&never);
    WAIT_FOR(waiting(RELAY_KIND_REPORT) + waiting(RELAY_KIND_INVENTORY) + waiting(RELAY_KIND_INVENTORY_UPDATE) == 0);
    WAIT_FOR(is_up());
    sink_end();
    ck_assert_uint_eq(requests("PUT /reports/2018-08-24T15"), 1);
    ck_assert_uint_eq(requests("PUT /inventories/n1.ocs HTTP/1.1 " DEFAULT_LOGIN " body=7"), 1);
    ck_assert_uint_eq(requests("PUT /inventories/n1.ocs.sign HTTP/1.1 " DEFAULT_LOGIN), 1);
    ck_assert_uint_eq(requests("PUT /inventory-updates/n2%20%25.ocs HTTP/1.1 " OWN_LOGIN), 1);
    ck_assert_uint_eq(requests(OWN_LOGIN), 2);
    ck_assert(requested_before("PUT /inventories/n1.ocs ", "PUT /inventories/n1.ocs.sign"));
    ck_assert_uint_eq(counted(METRIC_REPORTS, RELAY_REPORT_FORWARD_OK), 1);
    ck_assert_uint_eq(counted(METRIC_INVENTORIES, 0), 3);
    ck_assert_uint_eq(counted(METRIC_RETRIES, RELAY_KIND_INVENTORY), 0); /* a signature that waited is no retry */
    sink_tear_down();
}
END_TEST

/* The servers above count a run's age from then: one that waited here for days is not old when it arrives. */
START_TEST(the_upstream_is_told_when_a_file_came)
{
    static const char *const paths[] = {"reports/incoming/" N1, "inventories/incoming/n2.ocs"};
    sink_set_up("201");
    put_run("n1");
    put_file(paths[1]);
    for (time_t i = 0; i < 2; i++) {
        tmpdir_age(relay.directory.fd, paths[i], (i + 1) * 100000);
    }
    sink_start(&never);
    WAIT_FOR(waiting(RELAY_KIND_REPORT) + waiting(RELAY_KIND_INVENTORY) == 0);
    sink_end();
    struct buffer log = {0};
    https_serve_log(&server, &log);
    for (time_t i = 0; i < 2; i++) {
        const char *line = strstr(buffer_cstr(&log), i == 0 ? " PUT /reports/" : " PUT /inventories/n2.ocs ");
        ck_assert_ptr_nonnull(line);
        line = strstr(line, " received=");
        ck_assert_msg(line != NULL, "%s", buffer_cstr(&log));
        char *end;
        time_t age = time(NULL) - strtol(line + strlen(" received="), &end, 10);
        ck_assert_int_eq(*end, '\n');
        ck_assert_int_ge(age, (i + 1) * 100000);
        ck_assert_int_lt(age, (i + 1) * 100000 + 1000);
    }
    buffer_free(&log);
    sink_tear_down();
}
END_TEST

START_TEST(what_the_upstream_refuses_goes_to_failed)
{
    struct spool_note note;
    sink_set_up("201\n/reports/ 422\n/inventories/n1.ocs 403\n");
    put_run("n1");
    put_file("inventories/incoming/n1.ocs");
    put_file("inventories/incoming/n1.ocs.sign");
    sink_start(&never);
    WAIT_FOR(waiting(RELAY_KIND_REPORT) + waiting(RELAY_KIND_INVENTORY) == 0);
    sink_end();
    ck_assert(spool_has("reports/failed/" N1));
    ck_assert(spool_has("inventories/failed/n1.ocs"));
    ck_assert(spool_has("inventories/failed/n1.ocs.sign"));
    ck_assert_uint_eq(requests("n1.ocs.sign"), 0);
    spool_note_read(spool_failed_fd(sources[RELAY_KIND_REPORT].spool), N1, &note);
    ck_assert_ptr_nonnull(strstr(note.reason.text, "the upstream answered 422"));
    ck_assert_uint_eq(counted(METRIC_REPORTS, RELAY_REPORT_FORWARD_ERROR), 1);
    ck_assert_uint_eq(counted(METRIC_INVENTORIES, 1), 1);
    ck_assert(is_up()); /* it answers */
    sink_tear_down();
}
END_TEST

START_TEST(a_run_of_an_unknown_node_is_not_sent)
{
    sink_set_up("201");
    put_run("stranger");
    put_run("bare"); /* known, though without a certificate */
    sink_start(&never);
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0);
    sink_end();
    ck_assert(spool_has("reports/failed/" MADE_RUN("stranger")));
    ck_assert(!spool_has("reports/failed/" MADE_RUN("bare")));
    ck_assert_uint_eq(requests("PUT /reports/"), 1);
    ck_assert_uint_eq(counted(METRIC_REPORTS, RELAY_REPORT_INVALID), 1);
    sink_tear_down();
}
END_TEST

START_TEST(a_node_that_becomes_known_is_taken_up)
{
    sink_set_up("201");
    relay.config.reporting.unknown_node_grace = 100000;
    put_run("n3");
    sink_start(&never);
    WAIT_FOR(counted(METRIC_RETRIES, RELAY_KIND_REPORT) == 1);
    made_relay_add_node(&relay, "n3", &relay.n1);
    sink_upstream_reload(sink);
    dispatch_flush_deferred(sources[RELAY_KIND_REPORT].dispatch);
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0);
    sink_end();
    ck_assert_uint_eq(counted(METRIC_REPORTS, RELAY_REPORT_FORWARD_OK), 1);
    sink_tear_down();
}
END_TEST

/* Another upload of the same name, while the old file is under way: the answer is not about it. */
START_TEST(a_file_that_replaces_the_sent_one_stays)
{
    sink_set_up("slowly");
    put_run("n1");
    sink_start(&quick);
    WAIT_FOR(requests("PUT /reports/") == 1);
    https_serve_mode(&server, "503");
    made_relay_put(&relay, "new", slice_from_str("new content"));
    ck_assert_int_eq(renameat(relay.reports_fd, "new", relay.reports_fd, N1), 0);
    WAIT_FOR(requests("PUT /reports/") >= 2);
    ck_assert(spool_has("reports/incoming/" N1));
    https_serve_mode(&server, "201");
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0);
    sink_end();
    ck_assert_uint_ge(requests(OWN_LOGIN " body=11"), 2); /* the refused attempt and the one that was accepted */
    ck_assert_uint_eq(counted(METRIC_REPORTS, RELAY_REPORT_FORWARD_OK), 2);
    sink_tear_down();
}
END_TEST

START_TEST(a_busy_upstream_gets_no_more_than_a_probe)
{
    enum { RUNS = 20, CONNECTIONS = 4 };
    sink_set_up("204\n/reports/ 503\n");
    relay.config.upstream.connections = CONNECTIONS;
    put_runs(RUNS);
    sink_start(&never);
    WAIT_FOR(is_down());
    ck_assert_ptr_nonnull(strstr(upstream_report().details, "503"));
    usleep(1100000); /* it tells that it is up once a second at most */
    put_file("inventories/incoming/n1.ocs");
    scan();
    WAIT_FOR(waiting(RELAY_KIND_INVENTORY) == 0);
    ck_assert(is_down()); /* as far as run logs go, which wait */
    size_t tried = requests("PUT /reports/");
    ck_assert_uint_le(tried, CONNECTIONS);
    ck_assert_uint_eq(waiting(RELAY_KIND_REPORT), RUNS);
    sink_reload();
    WAIT_FOR(requests("PUT /reports/") == tried + 1); /* the probe */
    WAIT_FOR(counted(METRIC_RETRIES, RELAY_KIND_REPORT) == tried + 1);
    https_serve_mode(&server, "201");
    sink_reload();
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0);
    WAIT_FOR(is_up());
    sink_end();
    ck_assert_uint_eq(requests("PUT /reports/"), tried + 1 + RUNS);
    sink_tear_down();
}
END_TEST

/* 401: nothing is wrong with the files, and the operator is told. */
START_TEST(a_wrong_password_defers_no_file)
{
    struct relay_last_error error;
    sink_set_up("401");
    put_runs(3);
    sink_start(&never);
    WAIT_FOR(is_down());
    relay_state_last_error(relay.state, &error);
    ck_assert_ptr_nonnull(strstr(error.text, "user name and password"));
    https_serve_mode(&server, "201");
    sink_upstream_reload(sink);
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0); /* a deferred one would wait for an hour */
    sink_end();
    sink_tear_down();
}
END_TEST

static void write_password(const char *password)
{
    tmpdir_write(server.directory.fd, "password.new", password);
    ck_assert_int_eq(renameat(server.directory.fd, "password.new", server.directory.fd, "password"), 0);
}

/* By itself, with the next attempt, and at once on reload. */
START_TEST(a_password_that_is_mended_is_taken_up)
{
    sink_set_up("401");
    relay.config.upstream.password_file = xasprintf("%s/password", server.directory.path);
    write_password("own");
    put_runs(3);
    sink_start(&quick);
    WAIT_FOR(requests(OWN_LOGIN) > 1);
    write_password("new");
    WAIT_FOR(requests(NEW_LOGIN) > 1); /* no better, and tried again */
    https_serve_mode(&server, "201");
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0);
    sink_end();
    ck_assert_uint_eq(requests(NEW_LOGIN) + requests(OWN_LOGIN), requests("PUT "));

    https_serve_mode(&server, "401");
    size_t before = requests(NEW_LOGIN);
    put_run("n1");
    sink_start(&never);
    WAIT_FOR(is_down());
    ck_assert_uint_eq(requests(NEW_LOGIN), before + 1); /* what has changed since the start is tried at once */
    https_serve_mode(&server, "201");
    write_password("own");
    before = requests(OWN_LOGIN);
    sink_upstream_reload(sink);
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0);
    sink_end();
    ck_assert_uint_eq(requests(OWN_LOGIN), before + 1);
    free(relay.config.upstream.password_file);
    relay.config.upstream.password_file = relay.loaded->upstream.password_file;
    sink_tear_down();
}
END_TEST

/* At once, though that it is up was told a moment ago, and though nothing else is sent. */
START_TEST(the_end_of_an_outage_is_told)
{
    sink_set_up("201");
    sink_start(&never);
    WAIT_FOR(is_up());
    https_serve_mode(&server, "503");
    put_run("n1");
    scan();
    WAIT_FOR(is_down());
    https_serve_mode(&server, "201");
    sink_reload();
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0);
    WAIT_FOR(is_up());
    sink_end();
    sink_tear_down();
}
END_TEST

/* The files of other nodes, and those that come later, go; the state stays as it is. */
START_TEST(a_node_that_the_upstream_has_too_much_of_stops_no_other)
{
    enum { RUNS = 20 };
    const char *refusals[] = {"503 Rudder-Relay-Scope: node", "507 Rudder-Relay-Scope: node",
                              "429 Rudder-Relay-Scope: node", "503 Retry-After: 300", "507", "429"};
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        char *mode = xasprintf("201\nn1.log %s\n", refusals[i]);
        sink_set_up(mode);
        put_runs(RUNS);
        put_run("n2");
        put_run("bare");
        sink_start(&never);
        WAIT_FOR(waiting(RELAY_KIND_REPORT) == RUNS);
        WAIT_FOR(counted(METRIC_RETRIES, RELAY_KIND_REPORT) == 1);
        WAIT_FOR(is_up());
        struct relay_last_error error;
        relay_state_last_error(relay.state, &error);
        ck_assert_ptr_nonnull(strstr(error.text, "run is tried again later")); /* and not that all is down */
        put_run("n2");
        scan();
        WAIT_FOR(waiting(RELAY_KIND_REPORT) == RUNS);
        ck_assert_uint_eq(requests("n1.log"), 1);
        ck_assert(is_up());
        https_serve_mode(&server, "201");
        sink_reload();
        WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0);
        ck_assert_uint_eq(requests("n1.log"), 1 + RUNS);
        sink_end();
        sink_tear_down();
        free(mode);
    }
}
END_TEST

/* While no other file could show whether others are accepted, it counts as down; the first one that comes shows it. */
START_TEST(a_node_alone_that_finds_it_busy_does_not_stop_the_next)
{
    sink_set_up("201\nn1.log 503 Retry-After: 300\n");
    put_runs(3);
    sink_start(&never);
    WAIT_FOR(is_down());
    put_run("n2");
    scan();
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 3);
    WAIT_FOR(is_up());
    ck_assert_uint_eq(requests("n1.log"), 1);
    https_serve_mode(&server, "503 Retry-After: 300");
    put_run("n2");
    put_run("bare");
    scan();
    WAIT_FOR(requests("n2.log") + requests("bare.log") == 3);
    WAIT_FOR(is_down());
    put_run("root"); /* two nodes found it busy: no other is tried before it is time */
    scan();
    sink_end();
    ck_assert_uint_eq(requests("PUT /reports/"), 4);
    sink_tear_down();
}
END_TEST

/* Between the look at the file and its opening another one may come to stand under its name. */
START_TEST(what_is_no_regular_file_any_more_is_not_opened)
{
    sink_set_up("201");
    struct spool_source *source = &sources[RELAY_KIND_REPORT];
    struct upstream upstream = {.config = &relay.config, .state = relay.state, .login.config = &relay.config};
    struct upstream_transfer *spare = NULL;
    struct upstream_transfer transfer = {.upstream = &upstream, .spare = &spare, .fd = -1};
    ck_assert_int_eq(symlinkat("/etc/passwd", relay.reports_fd, N1), 0);
    ck_assert_int_eq(mkdirat(relay.reports_fd, MADE_RUN("n2"), 0700), 0);
    const char *names[] = {N1, MADE_RUN("n2")};
    for (size_t i = 0; i < 2; i++) {
        dispatch_arrived(source->dispatch, names[i]);
        ck_assert(job_take(&transfer.job, source));
        ck_assert(!upstream_transfer_send(&transfer));
        ck_assert_ptr_eq(spare, &transfer);
        ck_assert_int_eq(transfer.fd, -1);
        ck_assert_uint_eq(counted(METRIC_RETRIES, RELAY_KIND_REPORT), i + 1);
        spare = NULL;
    }
    job_free(&transfer.job);
    sink_tear_down();
}
END_TEST

/* A file that somebody cuts while it is sent: that is our own trouble, and says nothing about the upstream. */
START_TEST(a_file_that_shrinks_on_its_way_says_nothing_about_the_upstream)
{
    struct err err;
    sink_set_up("201");
    struct spool_source *source = &sources[RELAY_KIND_REPORT];
    struct upstream upstream = {.config = &relay.config, .state = relay.state, .login.config = &relay.config};
    struct upstream_transfer *spare = NULL;
    struct upstream_transfer transfer = {.upstream = &upstream, .spare = &spare, .fd = -1};
    upstream.breaker.backoff = upstream.kind_breakers[RELAY_KIND_REPORT].backoff = &never;
    ck_assert(peer_upstream_url(&relay.config, &upstream.url, &err));
    ck_assert(peer_upstream_pins(&relay.config, &upstream.pins, &err));
    upstream.client = peer_client(&relay.config, &err);
    ck_assert_ptr_nonnull(upstream.client);
    for (int open = 0; open < 2; open++) { /* also as the probe of an open breaker */
        struct breaker *breakers[] = {&upstream.breaker, &upstream.kind_breakers[RELAY_KIND_REPORT]};
        breakers[0]->open = breakers[1]->open = open;
        char *content = xcalloc(1, 100001);
        memset(content, 'x', 100000);
        made_relay_put(&relay, N1, slice_from_str(content)); /* so large that it is read while it is sent */
        free(content);
        dispatch_arrived(source->dispatch, N1);
        ck_assert(job_take(&transfer.job, source));
        ck_assert(upstream_transfer_send(&transfer));
        int fd = openat(relay.reports_fd, N1, O_WRONLY);
        ck_assert_int_eq(ftruncate(fd, 50000), 0);
        close(fd);
        http_client_finish(upstream.client);
        ck_assert_ptr_eq(spare, &transfer);
        ck_assert_uint_eq(waiting(RELAY_KIND_REPORT), 1);
        ck_assert_uint_eq(counted(METRIC_RETRIES, RELAY_KIND_REPORT), (uint64_t)open + 1);
        for (size_t i = 0; i < 2; i++) {
            ck_assert_int_eq(breakers[i]->open, open);
            ck_assert(!breakers[i]->probing); /* the next file may be the probe */
            ck_assert_uint_eq(breakers[i]->failures, 0);
        }
        ck_assert(!is_down());
        spare = NULL;
    }
    http_client_free(upstream.client);
    buffer_free(&upstream.url);
    buffer_free(&upstream.pins);
    job_free(&transfer.job);
    sink_tear_down();
}
END_TEST

START_TEST(the_upstream_is_left_alone_as_long_as_it_asks)
{
    sink_set_up("503 Retry-After: 1");
    put_run("n1");
    sink_start(&quick);
    WAIT_FOR(requests("PUT /reports/") == 1);
    int64_t first_ms = clock_ms();
    WAIT_FOR(requests("PUT /reports/") == 3);
    ck_assert_int_ge(clock_ms() - first_ms, 1900);
    sink_end();
    sink_tear_down();
}
END_TEST

/* One file with which the connection breaks, or to which the answer is 404, is its own trouble; a second one without a
 * success in between is the upstream's. */
START_TEST(doubtful_failures_stop_the_others_with_the_second_one)
{
    const char *modes[] = {"cut", "404"};
    for (size_t i = 0; i < 2; i++) {
        char *mode = xasprintf("201\n55%%3A03 %s\n55:03 %s\n", modes[i], modes[i]);
        sink_set_up(mode);
        free(mode);
        put_runs(4); /* the first one that goes fails */
        sink_start(&never);
        WAIT_FOR(waiting(RELAY_KIND_REPORT) == 1);
        WAIT_FOR(counted(METRIC_RETRIES, RELAY_KIND_REPORT) == 1);
        WAIT_FOR(requests("HEAD / ") == 1); /* its failure would be certain */
        ck_assert(!is_down());
        https_serve_mode(&server, modes[i]);
        made_relay_put(&relay, MADE_RUN("n2"), slice_from_str("x"));
        made_relay_put(&relay, MADE_RUN("bare"), slice_from_str("x"));
        made_relay_put(&relay, N1, slice_from_str("x"));
        scan();
        WAIT_FOR(is_down());
        sink_end();
        ck_assert_uint_eq(counted(METRIC_RETRIES, RELAY_KIND_REPORT), 1 + 2); /* the third was not tried */
        ck_assert_uint_eq(waiting(RELAY_KIND_REPORT), 4);
        /* the second was deferred behind an open breaker: not for its hour */
        ck_assert_ptr_nonnull(dispatch_take(sources[RELAY_KIND_REPORT].dispatch)); /* the third waits */
        ck_assert_int_le(dispatch_next_ms(sources[RELAY_KIND_REPORT].dispatch), clock_ms() + 30000);
        sink_tear_down();
    }
}
END_TEST

START_TEST(it_sends_nothing_to_another_server)
{
    sink_set_up("201");
    char *right = relay.config.upstream.server_certificate_file;
    char *wrong = xasprintf("%s/certs.pem", relay.index.directory.path); /* those of the nodes */
    relay.config.upstream.server_certificate_file = wrong;
    put_runs(3);
    sink_start(&never);
    WAIT_FOR(is_down());
    ck_assert_uint_eq(requests("PUT"), 0);
    ck_assert_int_eq(rename(right, wrong), 0); /* the operator puts the right one there */
    sink_upstream_reload(sink);
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0);
    WAIT_FOR(is_up());
    sink_end();
    free(right);
    sink_tear_down();
}
END_TEST

START_TEST(a_certificate_that_cannot_be_read_leaves_the_old_one_in_use)
{
    sink_set_up("201");
    sink_start(&never);
    WAIT_FOR(is_up());
    ck_assert_int_eq(unlinkat(server.directory.fd, "cert", 0), 0);
    sink_upstream_reload(sink);
    put_run("n1");
    scan();
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0);
    sink_end();
    sink_tear_down();
}
END_TEST

/* Whether it is there is known though nobody reports. */
START_TEST(it_asks_at_the_start_and_while_it_is_down)
{
    sink_set_up("cut");
    sink_start(&quick);
    WAIT_FOR(is_down());
    WAIT_FOR(requests("HEAD / ") >= 3); /* by itself, a step after the other */
    https_serve_mode(&server, "404");   /* an answer, whatever it is */
    WAIT_FOR(is_up());
    size_t asked = requests("HEAD / ");
    put_run("n1");
    https_serve_mode(&server, "201");
    scan();
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0);
    sink_end();
    ck_assert_uint_eq(requests("HEAD / "), asked);                 /* not while it is up */
    ck_assert_uint_eq(requests("HEAD / HTTP/1.1 login= "), asked); /* and without our password */
    sink_tear_down();
}
END_TEST

START_TEST(no_source_waits_for_the_back_log_of_another)
{
    sink_set_up("201");
    put_runs(30);
    put_file("inventories/incoming/n1.ocs");
    put_file("inventories/accepted-nodes-updates/n2.ocs");
    sink_start(&never);
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0);
    sink_end();
    ck_assert(requested_before("PUT /inventories/n1.ocs ", "15%3A55%3A26") ||
              requested_before("PUT /inventories/n1.ocs ", "15:55:26"));
    ck_assert(requested_before("PUT /inventory-updates/n2.ocs ", "15%3A55%3A26") ||
              requested_before("PUT /inventory-updates/n2.ocs ", "15:55:26"));
    sink_tear_down();
}
END_TEST

START_TEST(files_that_come_later_wake_it)
{
    sink_set_up("201");
    sink_start(&never);
    WAIT_FOR(is_up());
    put_run("n1");
    scan();
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0);
    put_run("n2");
    scan();
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0);
    sink_end();
    sink_tear_down();
}
END_TEST

START_TEST(the_size_of_a_run_is_that_of_its_content)
{
    sink_set_up("201");
    struct buffer run = made_relay_run(&relay.n1, &(struct made_content){"n1", "result_success", 1, 50000, 0});
    struct buffer image = made_relay_gzip(buffer_slice(&run));
    ck_assert_uint_lt(image.len, 10000);
    made_relay_put(&relay, N1 ".gz", buffer_slice(&image));
    relay.config.reporting.max_expanded_size = 1000000;
    sink_start(&never);
    WAIT_FOR(waiting(RELAY_KIND_REPORT) == 0);
    ck_assert_uint_eq(report_bytes(), run.len);
    memset(image.at + image.len - 4, 0xff, 4); /* it claims to be 4 GB */
    made_relay_put(&relay, N1 ".gz", buffer_slice(&image));
    WAIT_FOR(
        (scan(), report_bytes() != run.len)); /* a scan is no news of a name whose last file is just being finished */
    sink_end();
    ck_assert_uint_eq(report_bytes(), run.len + 1000000);
    buffer_free(&run);
    buffer_free(&image);
    sink_tear_down();
}
END_TEST

START_TEST(a_stop_lets_a_transfer_end)
{
    sink_set_up("slowly");
    put_runs(2);
    sink_start(&never);
    WAIT_FOR(requests("PUT /reports/") == 1);
    sink_end();
    ck_assert_uint_eq(waiting(RELAY_KIND_REPORT), 1); /* and starts no other */
    ck_assert_uint_eq(counted(METRIC_REPORTS, RELAY_REPORT_FORWARD_OK), 1);
    sink_tear_down();
}
END_TEST

SUITE_MAIN("sink_upstream", each_kind_goes_to_its_url_with_its_password, the_upstream_is_told_when_a_file_came,
           what_the_upstream_refuses_goes_to_failed,
           a_run_of_an_unknown_node_is_not_sent, a_node_that_becomes_known_is_taken_up,
           a_file_that_replaces_the_sent_one_stays, a_busy_upstream_gets_no_more_than_a_probe,
           a_node_that_the_upstream_has_too_much_of_stops_no_other,
           a_node_alone_that_finds_it_busy_does_not_stop_the_next, a_wrong_password_defers_no_file,
           a_password_that_is_mended_is_taken_up, the_end_of_an_outage_is_told,
           what_is_no_regular_file_any_more_is_not_opened,
           a_file_that_shrinks_on_its_way_says_nothing_about_the_upstream,
           the_upstream_is_left_alone_as_long_as_it_asks, doubtful_failures_stop_the_others_with_the_second_one,
           it_sends_nothing_to_another_server, a_certificate_that_cannot_be_read_leaves_the_old_one_in_use,
           it_asks_at_the_start_and_while_it_is_down, no_source_waits_for_the_back_log_of_another,
           files_that_come_later_wake_it, the_size_of_a_run_is_that_of_its_content, a_stop_lets_a_transfer_end)
