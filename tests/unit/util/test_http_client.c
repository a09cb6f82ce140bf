/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Against a real TLS server, tests/support/https_server, started by each test.
 */
#include <stdio.h>

#include "support/certificate.h"
#include "support/https_serve.h"
#include "support/suite.h"
#include "util/http_client.h"
#include "util/http_pins.h"
#include "util/http_url.h"
#include "util/x509_key.h"
#include "util/xmalloc.h"

static struct https_serve server;
static struct buffer pins;
static struct buffer other_pins;

static const struct http_limits limits = {.connect_ms = 20000, .stall_ms = 1000, .total_ms = 60000};

static void set_up(const char *mode)
{
    struct err err;
    https_serve_start(&server, mode);
    char *path = xasprintf("%s/cert", server.directory.path);
    ck_assert_msg(http_pins_add_file(&pins, path, &err), "%s", err.text);
    free(path);
    X509 *other = certificate_make((const char *const[]){"n2", NULL});
    unsigned char digest[X509_KEY_DIGEST_SIZE];
    ck_assert(x509_key_digest(other, digest));
    http_pins_add(&other_pins, digest);
    X509_free(other);
}

static void tear_down(void)
{
    https_serve_stop(&server);
    buffer_free(&pins);
    buffer_free(&other_pins);
}

struct outcome {
    int ends;
    enum http_outcome outcome;
    int status;
    int64_t retry_after_s;
    char header[32];
    char reason[256];
    struct buffer body;
    int pieces;
    size_t stop_after;
    size_t handed_over;
    struct http_transfer *transfer;
    int status_with_body;
};

static bool http_client_take(void *context, const char *bytes, size_t len)
{
    struct outcome *outcome = context;
    outcome->pieces++;
    outcome->status_with_body = http_transfer_status(outcome->transfer);
    buffer_add(&outcome->body, bytes, len);
    return outcome->stop_after == 0 || outcome->body.len < outcome->stop_after;
}

static ssize_t give(void *context, char *bytes, size_t size)
{
    struct outcome *outcome = context;
    memset(bytes, 'x', size);
    outcome->handed_over += size;
    return outcome->stop_after != 0 && outcome->handed_over > outcome->stop_after ? -1 : (ssize_t)size;
}

static void http_client_ended(void *context, const struct http_result *result)
{
    struct outcome *outcome = context;
    outcome->ends++;
    outcome->outcome = result->outcome;
    outcome->status = result->status;
    outcome->retry_after_s = result->retry_after_s;
    snprintf(outcome->header, sizeof outcome->header, "%s", result->header);
    snprintf(outcome->reason, sizeof outcome->reason, "%s", result->reason);
}

static struct http_client *client_of(enum http_trust trust)
{
    struct err err;
    const struct http_client_settings settings = {
        .trust = trust, .proxy = "none", .idle_timeout_ms = 60000, .limits = limits};
    struct http_client *client = http_client_new(&settings, &err);
    ck_assert_msg(client != NULL, "%s", err.text);
    return client;
}

static void test_http_client_start(struct http_client *client, struct http_request request, const char *path,
                                   struct outcome *outcome)
{
    struct err err;
    struct buffer url = {0};
    ck_assert(http_url_server(&url, slice_from_str("127.0.0.1"), server.port, &err));
    buffer_add_text(&url, path);
    request.url = buffer_cstr(&url);
    request.pins = request.pins != NULL ? request.pins : buffer_cstr(&pins);
    request.write = http_client_take;
    request.done = http_client_ended;
    request.context = outcome;
    outcome->transfer = http_client_start(client, &request, &err);
    ck_assert_msg(outcome->transfer != NULL, "%s", err.text);
    buffer_free(&url);
}

static struct outcome http_client_ask(enum http_trust trust, struct http_request request)
{
    struct outcome outcome = {0};
    struct http_client *client = client_of(trust);
    test_http_client_start(client, request, "/x", &outcome);
    ck_assert_int_eq(outcome.ends, 0);
    http_client_finish(client);
    ck_assert_int_eq(outcome.ends, 1);
    http_client_free(client);
    buffer_free(&outcome.body);
    return outcome;
}

static const char *http_client_logged(void)
{
    static struct buffer log;
    buffer_clear(&log);
    https_serve_log(&server, &log);
    return buffer_cstr(&log);
}

START_TEST(only_the_pinned_key_is_trusted_whatever_else_the_certificate_says)
{
    set_up("204");
    ck_assert_int_eq(http_client_ask(HTTP_TRUST_PINS, (struct http_request){0}).status, 204);
    struct outcome wrong = http_client_ask(HTTP_TRUST_PINS, (struct http_request){.pins = buffer_cstr(&other_pins)});
    ck_assert_int_eq(wrong.outcome, HTTP_UNTRUSTED);
    ck_assert_str_eq(wrong.reason, "the server has another key than the certificate that is configured for it");
    char *both = xasprintf("%s;%s", buffer_cstr(&other_pins), buffer_cstr(&pins));
    ck_assert_int_eq(http_client_ask(HTTP_TRUST_PINS, (struct http_request){.pins = both}).status, 204);
    free(both);
    ck_assert_int_eq(http_client_ask(HTTP_TRUST_NOBODY, (struct http_request){0}).status, 204);
    ck_assert_int_eq(http_client_ask(HTTP_TRUST_CHAIN, (struct http_request){0}).outcome, HTTP_UNTRUSTED);
    ck_assert_int_eq(strlen(http_client_logged()) > 0, 1);
    tear_down();
}
END_TEST

START_TEST(without_a_pin_and_without_https_nothing_goes_out)
{
    struct err err;
    set_up("204");
    struct http_client *client = client_of(HTTP_TRUST_PINS);
    const struct http_request request = {.url = "https://127.0.0.1:1/"};
    ck_assert_ptr_null(http_client_start(client, &request, &err));
    ck_assert_str_eq(err.text, "no certificate of the server is known");
    struct outcome outcome = {0};
    struct http_request plain = {
        .url = "http://127.0.0.1:1/", .pins = buffer_cstr(&pins), .done = http_client_ended, .context = &outcome};
    ck_assert_ptr_nonnull(http_client_start(client, &plain, &err));
    http_client_finish(client);
    ck_assert_int_eq(outcome.outcome, HTTP_UNREACHABLE);
    ck_assert_str_eq(http_client_logged(), "");
    http_client_free(client);
    tear_down();
}
END_TEST

START_TEST(tls_1_2_is_refused)
{
    set_up("204");
    https_serve_restart(&server, "tls1.2");
    ck_assert_int_eq(http_client_ask(HTTP_TRUST_NOBODY, (struct http_request){0}).outcome, HTTP_UNTRUSTED);
    tear_down();
}
END_TEST

START_TEST(answers_of_all_kinds)
{
    static const struct {
        const char *mode;
        enum http_outcome outcome;
        int status;
    } cases[] = {
        {"201", HTTP_ANSWERED, 201},
        {"401", HTTP_ANSWERED, 401},
        {"503 Retry-After: 7", HTTP_ANSWERED, 503},
        {"302 Location: https://127.0.0.1:1/", HTTP_ANSWERED, 302},
        {"garbage", HTTP_BROKEN, 0},
        {"cut", HTTP_BROKEN, 0},
        {"half", HTTP_BROKEN, 200},
        {"hang", HTTP_BROKEN, 0},
    };
    set_up("204");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        https_serve_mode(&server, cases[i].mode);
        struct outcome outcome = http_client_ask(HTTP_TRUST_PINS,
                                     (struct http_request){.method = HTTP_POST, .form = slice_from_str("a=b")});
        ck_assert_msg(outcome.outcome == cases[i].outcome && outcome.status == cases[i].status, "%s: %d %d %s",
                      cases[i].mode, outcome.outcome, outcome.status, outcome.reason);
        ck_assert_int_eq(outcome.retry_after_s, i == 2 ? 7 : 0);
    }
    tear_down();
    ck_assert_int_eq(http_client_ask(HTTP_TRUST_NOBODY, (struct http_request){0}).outcome, HTTP_UNREACHABLE);
}
END_TEST

START_TEST(a_header_of_the_answer_is_told_on_demand)
{
    set_up("503 scope: node");
    ck_assert_str_eq(http_client_ask(HTTP_TRUST_PINS, (struct http_request){.answer_header = "Scope"}).header, "node");
    ck_assert_str_eq(http_client_ask(HTTP_TRUST_PINS, (struct http_request){.answer_header = "Other"}).header, "");
    ck_assert_str_eq(http_client_ask(HTTP_TRUST_PINS, (struct http_request){0}).header, "");
    https_serve_mode(&server, "cut");
    ck_assert_str_eq(http_client_ask(HTTP_TRUST_PINS, (struct http_request){.answer_header = "Scope"}).header, "");
    tear_down();
}
END_TEST

START_TEST(a_put_sends_the_file_and_who_we_are)
{
    set_up("201");
    char *path = xasprintf("%s/body", server.directory.path);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    ck_assert_int_eq(ftruncate(fd, 3000000), 0); /* large enough to be announced */
    struct outcome outcome = http_client_ask(
        HTTP_TRUST_PINS,
        (struct http_request){
            .method = HTTP_PUT, .user = "rudder", .password = "p:@/ s", .body_fd = fd, .body_len = 3000000});
    ck_assert_int_eq(outcome.status, 201);
    ck_assert_ptr_nonnull(strstr(http_client_logged(), " PUT /x HTTP/1.1 login=cnVkZGVyOnA6QC8gcw== body=3000000\n"));
    ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 0); /* several may read it */
    for (int i = 0; i < 2; i++) {                /* in one piece with the head, and a size that is not */
        int64_t len = i == 0 ? 1000 : 100000;
        ck_assert_int_eq(ftruncate(fd, len), 0);
        outcome =
            http_client_ask(HTTP_TRUST_PINS, (struct http_request){.method = HTTP_PUT, .body_fd = fd, .body_len = len});
        ck_assert_int_eq(outcome.status, 201);
        ck_assert_ptr_nonnull(strstr(http_client_logged(), i == 0 ? " body=1000\n" : " body=100000\n"));
    }
    ck_assert_int_eq(ftruncate(fd, 1000), 0);
    outcome =
        http_client_ask(HTTP_TRUST_PINS, (struct http_request){.method = HTTP_PUT, .body_fd = fd, .body_len = 5000});
    ck_assert_int_eq(outcome.outcome, HTTP_ABANDONED); /* it shrank */
    close(fd);
    free(path);
    tear_down();
}
END_TEST

START_TEST(a_put_may_ask_for_its_body)
{
    struct outcome outcome = {0};
    set_up("200");
    struct http_client *client = client_of(HTTP_TRUST_PINS);
    struct http_request request = {.method = HTTP_PUT, .read = give, .body_len = 100000};
    test_http_client_start(client, request, "/x", &outcome);
    http_client_finish(client);
    ck_assert_int_eq(outcome.status, 200);
    ck_assert_uint_eq(outcome.handed_over, 100000);
    ck_assert_ptr_nonnull(strstr(http_client_logged(), " body=100000\n"));
    outcome.stop_after = 120000;
    test_http_client_start(client, request, "/x", &outcome);
    http_client_finish(client);
    ck_assert_int_eq(outcome.outcome, HTTP_ABANDONED);
    http_client_free(client);
    buffer_free(&outcome.body);
    tear_down();
}
END_TEST

START_TEST(an_answer_comes_in_pieces_as_it_is_made)
{
    struct outcome outcome = {0}, impatient = {.stop_after = 1};
    set_up("slowly");
    struct http_client *client = client_of(HTTP_TRUST_PINS);
    test_http_client_start(client, (struct http_request){.method = HTTP_POST}, "/x", &outcome);
    test_http_client_start(client, (struct http_request){.method = HTTP_POST}, "/y", &impatient);
    ck_assert_uint_eq(http_client_busy(client), 2);
    http_client_finish(client);
    ck_assert_str_eq(buffer_cstr(&outcome.body), "one\ntwo\nsix\n");
    ck_assert_int_ge(outcome.pieces, 2);
    ck_assert_int_eq(outcome.status_with_body, 200);
    ck_assert_str_eq(buffer_cstr(&impatient.body), "one\n");
    ck_assert_int_eq(impatient.outcome, HTTP_ABANDONED);
    https_serve_mode(&server, "endless");
    buffer_clear(&impatient.body);
    impatient.stop_after = 100000;
    test_http_client_start(client, (struct http_request){0}, "/z", &impatient);
    http_client_finish(client);
    ck_assert_int_eq(impatient.outcome, HTTP_ABANDONED);
    http_client_free(client);
    buffer_free(&outcome.body);
    buffer_free(&impatient.body);
    tear_down();
}
END_TEST

START_TEST(a_connection_is_kept_and_closed_when_idle)
{
    struct outcome outcome = {0};
    struct err err;
    set_up("204");
    const struct http_client_settings settings = {
        .trust = HTTP_TRUST_PINS, .proxy = "none", .idle_timeout_ms = 300, .limits = limits};
    struct http_client *client = http_client_new(&settings, &err);
    for (int i = 0; i < 3; i++) {
        test_http_client_start(client, (struct http_request){0}, "/x", &outcome);
        http_client_finish(client);
    }
    const char *log = http_client_logged();
    size_t process_len = strcspn(log, " ");
    const char *last = strstr(strchr(log, '\n') + 1, "\n") + 1;
    ck_assert_msg(strncmp(log, last, process_len + 1) == 0, "not one connection: %s", log);
    struct pollfd polls;
    int timeout_ms;
    while ((timeout_ms = http_client_polls(client, &polls)) >= 0) { /* until nothing is open */
        ck_assert_int_le(timeout_ms, 300);
        poll(&polls, 1, timeout_ms);
        http_client_step(client);
    }
    test_http_client_start(client, (struct http_request){0}, "/x", &outcome);
    http_client_finish(client);
    ck_assert_int_eq(outcome.ends, 4);
    http_client_free(client);
    buffer_free(&outcome.body);
    tear_down();
}
END_TEST

START_TEST(what_is_cancelled_is_not_reported)
{
    struct outcome outcome = {0}, other = {0};
    set_up("hang");
    struct http_client *client = client_of(HTTP_TRUST_PINS);
    test_http_client_start(client, (struct http_request){0}, "/x", &outcome);
    test_http_client_start(client, (struct http_request){0}, "/x", &other);
    http_client_step(client);
    http_transfer_cancel(outcome.transfer);
    ck_assert_uint_eq(http_client_busy(client), 1);
    http_client_free(client); /* with one under way */
    ck_assert_int_eq(outcome.ends + other.ends, 0);
    tear_down();
}
END_TEST

START_TEST(urls_hold_any_name_and_no_odd_host)
{
    struct err err;
    struct buffer url = {0};
    ck_assert(http_url_server(&url, slice_from_str("relay-1.example.com"), 443, &err));
    buffer_add_text(&url, "/reports/");
    http_url_escape(&url, slice_from_str("2018-08-24T15:55:01+00:00@n_1.log.gz"));
    ck_assert_str_eq(buffer_cstr(&url), "https://relay-1.example.com:443/reports/"
                                        "2018-08-24T15%3A55%3A01%2B00%3A00%40n_1.log.gz");
    buffer_clear(&url);
    http_url_escape(&url, slice_from_str("a b/..?#%\xc3\xa9~"));
    ck_assert_str_eq(buffer_cstr(&url), "a%20b%2F..%3F%23%25%C3%A9~");
    buffer_clear(&url);
    ck_assert(http_url_server(&url, slice_from_str("fe80::1"), 1, &err) &&
              http_url_server(&url, slice_from_str("[::1]"), 2, &err));
    ck_assert_str_eq(buffer_cstr(&url), "https://[fe80::1]:1https://[::1]:2");
    static const char *const bad[] = {"", "a/b", "user@host", "a b", "host:80", "-v", "a\nb", "a?b", "[a]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(!http_url_server(&url, slice_from_str(bad[i]), 1, &err), "%s", bad[i]);
    }
    ck_assert(!http_url_server(&url, (struct slice){"a\0b", 3}, 1, &err));
    buffer_free(&url);
}
END_TEST

START_TEST(no_pin_without_a_certificate)
{
    struct err err;
    struct buffer none = {0};
    struct tmpdir directory = tmpdir_make();
    tmpdir_write(directory.fd, "empty", "");
    tmpdir_write(directory.fd, "text", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    static const char *const names[] = {"empty", "text", "absent"};
    for (size_t i = 0; i < 3; i++) {
        char *path = xasprintf("%s/%s", directory.path, names[i]);
        ck_assert(!http_pins_add_file(&none, path, &err));
        ck_assert_ptr_nonnull(strstr(err.text, path));
        free(path);
    }
    ck_assert_uint_eq(none.len, 0);
    buffer_free(&none);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("http_client", only_the_pinned_key_is_trusted_whatever_else_the_certificate_says,
           without_a_pin_and_without_https_nothing_goes_out, tls_1_2_is_refused, answers_of_all_kinds,
           a_header_of_the_answer_is_told_on_demand, a_put_sends_the_file_and_who_we_are, a_put_may_ask_for_its_body,
           an_answer_comes_in_pieces_as_it_is_made, a_connection_is_kept_and_closed_when_idle,
           what_is_cancelled_is_not_reported, urls_hold_any_name_and_no_odd_host, no_pin_without_a_certificate)
