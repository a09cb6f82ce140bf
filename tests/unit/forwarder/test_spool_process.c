/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/spool_process.h"

#include <sys/resource.h>

#include "support/allocated.h"
#include "support/key_file.h"
#include "support/made_relay.h"
#include "support/suite.h"

#define N1 MADE_RUN("n1")

static struct made_relay relay;
static struct spool *spool;
static struct spool_tools tools;
static struct spool_file file;
static struct err reason;

static void process_set_up(void)
{
    made_relay_open(&relay);
    spool = spool_open(relay.config.reporting.directory, "incoming", &reason);
    ck_assert_msg(spool != NULL, "%s", reason.text);
    tools = (struct spool_tools){.settings = &relay.config.reporting,
                                 .index = relay.index.index,
                                 .decompressor = decompressor_new(),
                                 .keys = decryption_keys_new(relay.config.reporting.decryption_key_files),
                                 .verifier = smime_verifier_new(false, &reason)};
    ck_assert_msg(tools.verifier != NULL, "%s", reason.text);
}

static void process_tear_down(void)
{
    spool_file_free(&file);
    tools.index = NULL; /* it is the relay's */
    spool_tools_free(&tools);
    spool_close(spool);
    made_relay_close(&relay);
}

static enum spool_verdict look_and_process(enum spool_route route)
{
    enum spool_verdict verdict = spool_process_look(&file, &reason);
    return verdict == SPOOL_READY ? spool_process(route, &tools, &file, &reason) : verdict;
}

static enum spool_verdict process(enum spool_route route, const char *name)
{
    spool_file_clear(&file);
    file.spool = spool;
    file.name = name;
    reason = (struct err){0};
    return look_and_process(route);
}

static void assert_verdict(enum spool_route route, const char *name, enum spool_verdict wanted, const char *why)
{
    enum spool_verdict verdict = process(route, name);
    ck_assert_msg(verdict == wanted, "%s: verdict %d instead of %d: %s", name, (int)verdict, (int)wanted, reason.text);
    ck_assert_msg(strstr(reason.text, why) != NULL, "'%s' instead of '%s'", reason.text, why);
}

START_TEST(a_signed_run_is_ready_for_the_database)
{
    process_set_up();
    made_relay_put_run(&relay, &relay.n1, "n1", N1);
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_READY, "");
    ck_assert_uint_eq(file.runlog.report_count, 2);
    ck_assert_str_eq(file.info.node_id, "n1");
    ck_assert_int_gt(file.status.st_size, 0);
    ck_assert(!file.unknown_node);
    process_tear_down();
}
END_TEST

START_TEST(what_is_no_regular_file_is_gone)
{
    const enum spool_route routes[] = {SPOOL_RUN_TO_DATABASE, SPOOL_RUN_TO_UPSTREAM, SPOOL_INVENTORY_TO_UPSTREAM};
    process_set_up();
    made_relay_put_run(&relay, &relay.n1, "n1", "elsewhere.log");
    ck_assert_int_eq(mkdirat(relay.reports_fd, MADE_RUN("n2"), 0700), 0);
    ck_assert_int_eq(symlinkat("elsewhere.log", relay.reports_fd, MADE_RUN("bare")), 0);
    for (size_t i = 0; i < 3; i++) {
        assert_verdict(routes[i], N1, SPOOL_GONE, "");
        assert_verdict(routes[i], MADE_RUN("n2"), SPOOL_GONE, "");
        assert_verdict(routes[i], MADE_RUN("bare"), SPOOL_GONE, "");
    }
    process_tear_down();
}
END_TEST

START_TEST(a_name_that_no_run_log_has_is_refused)
{
    process_set_up();
    made_relay_put_run(&relay, &relay.n1, "n1", "nonsense.log");
    assert_verdict(SPOOL_RUN_TO_DATABASE, "nonsense.log", SPOOL_REFUSED, "");
    ck_assert_str_ne(reason.text, "");
    assert_verdict(SPOOL_RUN_TO_UPSTREAM, "nonsense.log", SPOOL_REFUSED, "");
    assert_verdict(SPOOL_INVENTORY_TO_UPSTREAM, "nonsense.log", SPOOL_READY, ""); /* may have any name */
    process_tear_down();
}
END_TEST

START_TEST(the_size_limit_holds_on_every_route)
{
    const enum spool_route routes[] = {SPOOL_RUN_TO_DATABASE, SPOOL_RUN_TO_UPSTREAM, SPOOL_INVENTORY_TO_UPSTREAM};
    process_set_up();
    made_relay_put_run(&relay, &relay.n1, "n1", N1);
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_READY, "");
    int64_t size = file.status.st_size;
    for (size_t i = 0; i < 3; i++) {
        relay.config.reporting.max_compressed_size = size;
        assert_verdict(routes[i], N1, SPOOL_READY, "");
        relay.config.reporting.max_compressed_size = size - 1;
        assert_verdict(routes[i], N1, SPOOL_REFUSED, "max_compressed_size");
    }
    process_tear_down();
}
END_TEST

/* Such a file is not read: its content would be refused at once. */
START_TEST(an_unknown_node_gets_its_grace_and_no_more)
{
    const enum spool_route routes[] = {SPOOL_RUN_TO_DATABASE, SPOOL_RUN_TO_UPSTREAM};
    const char *name = MADE_RUN("stranger");
    process_set_up();
    made_relay_put(&relay, name, slice_from_str("no run log"));
    for (size_t i = 0; i < 2; i++) {
        relay.config.reporting.unknown_node_grace = 1000;
        tmpdir_age(relay.reports_fd, name, 400);
        assert_verdict(routes[i], name, SPOOL_RETRY, "unknown node stranger");
        ck_assert(file.unknown_node);
        ck_assert_int_le(file.retry_within_ms, 600000);
        ck_assert_int_gt(file.retry_within_ms, 300000);
        tmpdir_age(relay.reports_fd, name, -5000); /* a clock that was set back */
        assert_verdict(routes[i], name, SPOOL_RETRY, "unknown node stranger");
        ck_assert_int_eq(file.retry_within_ms, 1000000);
        tmpdir_age(relay.reports_fd, name, 1001);
        assert_verdict(routes[i], name, SPOOL_REFUSED, "unknown node stranger");
        ck_assert(file.unknown_node);
    }
    process_tear_down();
}
END_TEST

START_TEST(only_the_database_needs_a_certificate)
{
    const char *name = MADE_RUN("bare");
    process_set_up();
    relay.config.reporting.unknown_node_grace = 1000;
    made_relay_put_run(&relay, &relay.n1, "bare", name);
    assert_verdict(SPOOL_RUN_TO_DATABASE, name, SPOOL_RETRY, "there is no certificate");
    ck_assert(file.unknown_node);
    assert_verdict(SPOOL_RUN_TO_UPSTREAM, name, SPOOL_READY, "");
    process_tear_down();
}
END_TEST

START_TEST(what_expands_beyond_a_limit_is_refused)
{
    const char *name = MADE_RUN("n1") ".gz";
    process_set_up();
    struct buffer run =
        made_relay_run(&relay.n1, &(struct made_content){"n1", "result_success", 1, DECOMPRESS_RATIO_FREE + 1000, 0});
    struct buffer image = made_relay_gzip(buffer_slice(&run));
    made_relay_put(&relay, name, buffer_slice(&image));
    assert_verdict(SPOOL_RUN_TO_DATABASE, name, SPOOL_READY, "");
    relay.config.reporting.max_expanded_size = DECOMPRESS_RATIO_FREE;
    assert_verdict(SPOOL_RUN_TO_DATABASE, name, SPOOL_REFUSED, "expand");
    relay.config.reporting.max_expanded_size = 100 << 20;
    relay.config.reporting.max_expansion_ratio = 2;
    assert_verdict(SPOOL_RUN_TO_DATABASE, name, SPOOL_REFUSED, "times");
    buffer_free(&run);
    buffer_free(&image);
    process_tear_down();
}
END_TEST

START_TEST(only_the_node_of_the_name_can_sign)
{
    process_set_up();
    made_relay_put_run(&relay, &relay.n2, "n1", N1);
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_REFUSED, "");
    ck_assert_str_ne(reason.text, "");
    ck_assert(!file.unknown_node);
    made_relay_put(&relay, N1, slice_from_str("not signed at all"));
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_REFUSED, "");
    assert_verdict(SPOOL_RUN_TO_UPSTREAM, N1, SPOOL_READY, ""); /* root will refuse it */
    process_tear_down();
}
END_TEST

/* Signed by n1 and encrypted to this one, or that encrypted once more. */
static void put_encrypted(const struct identity *recipient, bool twice)
{
    STACK_OF(X509) *recipients = sk_X509_new_null();
    sk_X509_push(recipients, recipient->certificate);
    struct buffer content = made_relay_run(&relay.n1, &(struct made_content){"n1", "result_success", 2, 10, 0});
    for (int i = 0; i < 1 + twice; i++) {
        struct buffer message = {0};
        signing_encrypt(&message, recipients, EVP_aes_256_gcm(), 0, buffer_slice(&content));
        buffer_free(&content);
        content = message;
    }
    made_relay_put(&relay, N1, buffer_slice(&content));
    buffer_free(&content);
    sk_X509_free(recipients);
}

START_TEST(an_encrypted_run_needs_its_key)
{
    char path[128];
    char *files[] = {path, NULL};
    process_set_up();
    snprintf(path, sizeof path, "%s/key", relay.directory.path);
    put_encrypted(&relay.n2, false);
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_REFUSED, "names no key");
    assert_verdict(SPOOL_RUN_TO_UPSTREAM, N1, SPOOL_READY, ""); /* nobody looks into it */
    decryption_keys_free(tools.keys);
    tools.keys = decryption_keys_new(files);
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_RETRY, "No such file");
    key_file_write(&relay.directory, "key", relay.n2.key, relay.n2.certificate);
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_READY, "");
    ck_assert_uint_eq(file.runlog.report_count, 2);
    relay.config.reporting.max_expanded_size = (int64_t)file.expanded_size - 1;
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_REFUSED, "limit");
    relay.config.reporting.max_expanded_size = 1 << 20;
    put_encrypted(&relay.n2, true);
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_REFUSED, "twice");
    put_encrypted(&relay.n1, false);
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_REFUSED, "none of the keys");
    ck_assert(!file.verified);
    process_tear_down();
}
END_TEST

START_TEST(more_reports_than_allowed_are_refused)
{
    process_set_up();
    made_relay_put_run(&relay, &relay.n1, "n1", N1);
    relay.config.reporting.max_reports = 2;
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_READY, "");
    relay.config.reporting.max_reports = 1;
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_REFUSED, "the limit is 1");
    process_tear_down();
}
END_TEST

START_TEST(more_bytes_than_the_database_shall_get_are_refused)
{
    process_set_up();
    made_relay_put_run(&relay, &relay.n1, "n1", N1);
    relay.config.reporting.max_stored_size = 100;
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_REFUSED, "the limit is 100 bytes");
    process_tear_down();
}
END_TEST

START_TEST(a_run_of_skipped_event_types_has_nothing_to_store)
{
    char *skip[] = {(char[]){"log_debug"}, NULL};
    process_set_up();
    struct buffer run = made_relay_run(&relay.n1, &(struct made_content){"n1", "log_debug", 3, 10, 0});
    made_relay_put(&relay, N1, buffer_slice(&run));
    buffer_free(&run);
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_READY, "");
    relay.config.reporting.skip_event_types = skip;
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_NOTHING, "");
    relay.config.reporting.skip_event_types = &skip[1];
    relay.config.reporting.store_logs = RUNLOG_LOGS_NONE;
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_NOTHING, "");
    made_relay_put_run(&relay, &relay.n1, "n1", N1);
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_READY, "");
    process_tear_down();
}
END_TEST

/* A process that has no descriptor left can look at the file but not open it. */
START_TEST(a_file_that_cannot_be_read_now_is_tried_again)
{
    process_set_up();
    made_relay_put_run(&relay, &relay.n1, "n1", N1);
    struct rlimit before, none;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    enum spool_verdict verdict = process(SPOOL_RUN_TO_DATABASE, N1);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
    ck_assert_int_eq(verdict, SPOOL_RETRY);
    ck_assert_str_ne(reason.text, "");
    ck_assert_int_eq(file.retry_within_ms, 0);
    process_tear_down();
}
END_TEST

/* Until both its times are the same: they are in whole ticks of the kernel's clock. */
static void written_in_place(const char *name)
{
    struct stat status;
    do {
        tmpdir_write(relay.reports_fd, name, "content");
        ck_assert_int_eq(fstatat(relay.reports_fd, name, &status, 0), 0);
    } while (status.st_mtim.tv_nsec != status.st_ctim.tv_nsec);
}

START_TEST(what_is_written_in_place_rests)
{
    const enum spool_route routes[] = {SPOOL_RUN_TO_DATABASE,       SPOOL_SYSLOG_TO_DATABASE, SPOOL_RUN_TO_UPSTREAM,
                                       SPOOL_INVENTORY_TO_UPSTREAM, SPOOL_MESSAGE_TO_FILES,
                                       SPOOL_MESSAGE_UPDATE_TO_FILES};
    process_set_up();
    struct syslog_rules *nobody = syslog_rules_new(&relay.config.syslog);
    tools.syslog = nobody;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        written_in_place(N1);
        assert_verdict(routes[i], N1, SPOOL_RESTS, "");
        ck_assert_int_gt(file.retry_within_ms, 25000);
        ck_assert_int_le(file.retry_within_ms, 30000);
        spool_file_clear(&file);
        file.spool = spool;
        file.name = N1;
        file.renamed = true;
        ck_assert_int_ne(look_and_process(routes[i]), SPOOL_RESTS);
        made_relay_put(&relay, N1, slice_from_str("content")); /* as uploads do */
        ck_assert_int_ne(process(routes[i], N1), SPOOL_RESTS);
    }
    syslog_rules_free(nobody);
    process_tear_down();
}
END_TEST

START_TEST(a_run_that_was_old_when_it_came_is_refused)
{
    const struct run_age_now now = {time(NULL), 0};
    process_set_up();
    tools.ages = run_age_new(3600, &now);
    made_relay_put_run(&relay, &relay.n1, "n1", N1); /* of 2018 */
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_REFUSED, "processing.reporting.max_age is 1h");
    ck_assert(file.verified);
    assert_verdict(SPOOL_RUN_TO_UPSTREAM, N1, SPOOL_READY, "");
    run_age_free(tools.ages);
    tools.ages = NULL;
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_READY, "");
    process_tear_down();
}
END_TEST

START_TEST(nothing_of_a_file_stays_for_the_next_one)
{
    process_set_up();
    struct buffer run = made_relay_run(&relay.n1, &(struct made_content){"n1", "result_success", 10, 20000, 0});
    made_relay_put(&relay, N1, buffer_slice(&run));
    buffer_free(&run);
    assert_verdict(SPOOL_RUN_TO_DATABASE, N1, SPOOL_READY, "");
    ck_assert_uint_gt(file.expanded_size, 200000);
    relay.config.reporting.unknown_node_grace = 1000;
    made_relay_put(&relay, MADE_RUN("stranger"), slice_from_str("x"));
    assert_verdict(SPOOL_RUN_TO_DATABASE, MADE_RUN("stranger"), SPOOL_RETRY, "");
    ck_assert_uint_le(file.content.size, 64 << 10); /* the memory of the large run went */
    ck_assert_uint_le(tools.message.size, 64 << 10);
    ck_assert_uint_le(tools.canonical.size, 64 << 10);
    assert_verdict(SPOOL_INVENTORY_TO_UPSTREAM, N1, SPOOL_READY, "");
    ck_assert_str_eq(file.info.node_id, "");
    ck_assert(!file.unknown_node);
    ck_assert_int_eq(file.retry_within_ms, 0);
    ck_assert_uint_eq(file.runlog.report_count, 0);
    process_tear_down();
}
END_TEST

#define TIME "2018-08-24T15:55:02+00:00 "
#define START_AND_NODE "@@2018-08-24 15:55:01+00:00##n1@#"

/* What a hostile node may fill a run log with: a head, a piece many times, an end. */
struct filling {
    const char *head;
    const char *piece;
    const char *end;
};

static void process_write_signed(struct buffer *message, const struct filling *filling, size_t size)
{
    struct buffer text = {0};
    buffer_add_text(&text, "Content-Type: text/plain\r\n\r\n");
    buffer_add_text(&text, filling->head);
    while (text.len < size) {
        buffer_add_text(&text, filling->piece);
    }
    buffer_add_text(&text, filling->end);
    struct buffer canonical = {0};
    char *to = buffer_reserve(&canonical, 2 * text.len);
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\n' && text.at[i - 1] != '\r') {
            to[canonical.len++] = '\r';
        }
        to[canonical.len++] = text.at[i];
    }
    CMS_ContentInfo *cms = signing_sign(&relay.n1, EVP_sha256(), 0, buffer_slice(&canonical));
    signing_write(message, buffer_slice(&text), cms, "\n");
    CMS_ContentInfo_free(cms);
    buffer_free(&canonical);
    buffer_free(&text);
}

/* Four times what it expands to, whatever it is, beside what any run takes. */
static void check_memory(const struct filling *filling, bool compressed)
{
    enum { SIZE = 4 << 20, ANY_RUN = 1 << 20 };
    struct buffer message = {0};
    process_write_signed(&message, filling, SIZE);
    struct buffer image = compressed ? made_relay_gzip(buffer_slice(&message)) : message;
    const char *name = compressed ? N1 ".gz" : N1;
    made_relay_put(&relay, name, buffer_slice(&image));
    size_t limit = 4 * message.len + ANY_RUN;
    allocated_watch();
    assert_verdict(SPOOL_RUN_TO_DATABASE, name, SPOOL_READY, "");
    size_t peak = allocated_peak();
    ck_assert_msg(peak <= limit, "%zu bytes for a run of %zu: head '%.60s', piece '%.60s'", peak, message.len,
                  filling->head, filling->piece);
    if (compressed) {
        buffer_free(&image);
    }
    buffer_free(&message);
    spool_file_clear(&file);
}

START_TEST(a_run_takes_at_most_four_times_its_size)
{
#define REPORT_HEAD TIME "R: @@p@@t@@r@@d@@@@c@@"
    static const struct filling fillings[] = {
        {REPORT_HEAD START_AND_NODE, "\xff", "\n"},                             /* each byte becomes three */
        {REPORT_HEAD START_AND_NODE, "\xff\n", ""},                             /* a message of many lines */
        {REPORT_HEAD START_AND_NODE, "\xff\xff\xff\xff\xff\xff\xff\xff\r\n", ""},
        {REPORT_HEAD START_AND_NODE, "\n", ""},
        {REPORT_HEAD START_AND_NODE, TIME "\xc3\r\n", ""},
        {REPORT_HEAD, "\xff\n", START_AND_NODE "m\n" TIME "R: x\n"},            /* a key, stored twice */
        {TIME "R: @@p@@t@@r@@d@@@@", "\xff\n", "c@@k" START_AND_NODE "m\n"},    /* a component */
        {REPORT_HEAD, TIME "   error: x\n", "\n"},                              /* a header that never becomes whole */
        {"", TIME "R:\n", REPORT_HEAD START_AND_NODE "\n"},                     /* many small rows */
        {"", REPORT_HEAD START_AND_NODE "\n", ""},
        {"", REPORT_HEAD "\xff\n\xff" START_AND_NODE "\xff\n", ""},
    };
    process_set_up();
    relay.config.reporting.max_expansion_ratio = 0;
    relay.config.reporting.max_reports = 1 << 20;
    relay.config.reporting.max_stored_size = INT64_C(1) << 40;
    for (size_t i = 0; i < sizeof fillings / sizeof *fillings; i++) {
        struct filling filling = fillings[i];
        char end[256];
        snprintf(end, sizeof end, "%s" REPORT_HEAD START_AND_NODE "m\n", filling.end);
        filling.end = end;
        check_memory(&filling, i < 4);
    }
    process_tear_down();
}
END_TEST

/* A key is kept once, however many log entries are stored with it; beyond the limit of what they become nothing is. */
START_TEST(a_long_key_is_kept_once)
{
    process_set_up();
    struct filling filling = {"", TIME "R: x\n", NULL};
    struct buffer end = {0};
    buffer_add_text(&end, TIME "R: @@p@@t@@r@@d@@@@c@@");
    for (int i = 0; i < 10000; i++) {
        buffer_add_text(&end, "k");
    }
    buffer_add_text(&end, START_AND_NODE "m\n");
    filling.end = buffer_cstr(&end);
    relay.config.reporting.max_expansion_ratio = 0;
    relay.config.reporting.max_reports = 1 << 20;
    relay.config.reporting.max_stored_size = INT64_C(1) << 40;
    check_memory(&filling, true);
    buffer_free(&end);
    process_tear_down();
}
END_TEST

SUITE_MAIN("spool_process", a_signed_run_is_ready_for_the_database, what_is_no_regular_file_is_gone,
           a_name_that_no_run_log_has_is_refused, the_size_limit_holds_on_every_route,
           an_unknown_node_gets_its_grace_and_no_more, only_the_database_needs_a_certificate,
           what_expands_beyond_a_limit_is_refused, only_the_node_of_the_name_can_sign,
           an_encrypted_run_needs_its_key, more_reports_than_allowed_are_refused,
           more_bytes_than_the_database_shall_get_are_refused,
           a_run_of_skipped_event_types_has_nothing_to_store, a_file_that_cannot_be_read_now_is_tried_again,
           what_is_written_in_place_rests, a_run_that_was_old_when_it_came_is_refused,
           nothing_of_a_file_stays_for_the_next_one,
           a_run_takes_at_most_four_times_its_size, a_long_key_is_kept_once)
