/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Against a real TLS server in the place of the upstream and of a relay below.
 */
#include "shared-files/shared_forward.h"

#include <signal.h>
#include <sys/wait.h>

#include "support/certificate.h"
#include "support/https_serve.h"
#include "support/made_index.h"
#include "support/made_request.h"
#include "support/suite.h"
#include "util/xmalloc.h"

static struct https_serve server;
static struct made_index nodes;
static struct relay_config config;
static struct made_request made;
static struct buffer server_log;

/* below: a relay that has the server's certificate; other: one with another. */
static void set_up_forward(const char *mode)
{
    struct buffer certificates = {0};
    https_serve_start(&server, mode);
    X509 *certificate;
    char *path = xasprintf("%s/cert", server.directory.path);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    certificate = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    certificate_add_pem(&certificates, certificate); /* its UID is n1 */
    X509_free(certificate);
    certificate_add(&certificates, "other");
    nodes = made_index_new("{" MADE_NODE("n1", "127.0.0.1", "root") "," MADE_NODE("other", "127.0.0.1", "root") ","
                           MADE_NODE("bare", "127.0.0.1", "root") "}", buffer_cstr(&certificates));
    config = (struct relay_config){0};
    config.general.node_id = xstrdup("me");
    config.general.https_port = server.port;
    config.general.peer_authentication = RELAY_PEER_CERT_PINNING;
    config.upstream.host = xstrdup("127.0.0.1");
    config.upstream.server_certificate_file = path;
    config.upstream.proxy = xstrdup("");
    config.general.ca_path = xstrdup("");
    config.upstream.connect_timeout = 20;
    config.upstream.stall_timeout = 2;
    config.upstream.total_timeout = 60;
    buffer_free(&certificates);
}

static void tear_down_forward(void)
{
    made_request_free(&made);
    https_serve_stop(&server);
    made_index_free(&nodes);
    buffer_free(&server_log);
    free(config.general.node_id);
    free(config.general.ca_path);
    free(config.upstream.host);
    free(config.upstream.proxy);
    free(config.upstream.server_certificate_file);
}

/* A request of that method; a PUT has the body. */
static void begin_request(const char *method, const char *query, const char *body)
{
    static char query_variable[256], length[32];
    snprintf(query_variable, sizeof query_variable, "QUERY_STRING=%s", query);
    snprintf(length, sizeof length, "%zu", body != NULL ? strlen(body) : 0);
    made_request_free(&made);
    made_request_new(&made, method, "/rudder/relay-api/shared-files/t/s/f", body != NULL ? length : NULL, body,
                     body != NULL ? strlen(body) : 0);
    made_request_env(&made, query_variable);
}

static int forwarded(const char *next_hop)
{
    made_request_begin(&made);
    made.request.index = nodes.index;
    response_begin(&made.response, strcmp(made.request.method, "HEAD") == 0, NULL);
    const struct request_context context = {.request = &made.request, .response = &made.response};
    shared_forward(&config, &context, next_hop, "/shared-files/t/s/f");
    return made.response.status;
}

static const char *logged_requests(void)
{
    buffer_clear(&server_log);
    https_serve_log(&server, &server_log);
    return buffer_cstr(&server_log);
}

START_TEST(body_and_query_go_on_untouched)
{
    static const char *const hops[] = {NULL, "n1"};
    for (size_t i = 0; i < sizeof hops / sizeof *hops; i++) {
        set_up_forward("200");
        begin_request("PUT", "ttl=1d+2h&x=%20", "metadata\n\nthe file");
        ck_assert_int_eq(forwarded(hops[i]), 200);
        ck_assert_msg(strstr(logged_requests(), "PUT /rudder/relay-api/shared-files/t/s/f?ttl=1d+2h&x=%20 ") != NULL,
                      "%s", logged_requests());
        ck_assert_msg(strstr(logged_requests(), " body=18\n") != NULL, "%s", logged_requests());
        begin_request("HEAD", "", NULL);
        ck_assert_int_eq(forwarded(hops[i]), 200);
        ck_assert_ptr_nonnull(strstr(logged_requests(), "HEAD /rudder/relay-api/shared-files/t/s/f "));
        tear_down_forward();
    }
}
END_TEST

START_TEST(the_status_comes_back)
{
    static const int statuses[] = {200, 201, 204, 400, 403, 404, 413, 500, 502, 503, 507};
    set_up_forward("200");
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        char mode[16];
        snprintf(mode, sizeof mode, "%d", statuses[i]);
        https_serve_mode(&server, mode);
        begin_request("PUT", "ttl=1d", "body");
        ck_assert_int_eq(forwarded(NULL), statuses[i]);
        begin_request("HEAD", "", NULL);
        ck_assert_int_eq(forwarded(NULL), statuses[i]);
    }
    /* a redirect is not followed, and is no answer */
    https_serve_mode(&server, "302 Location: https://127.0.0.1/");
    begin_request("HEAD", "", NULL);
    ck_assert_int_eq(forwarded(NULL), 502);
    tear_down_forward();
}
END_TEST

START_TEST(trouble_on_the_way_has_a_status_of_its_own)
{
    set_up_forward("garbage");
    begin_request("PUT", "ttl=1d", "body");
    ck_assert_int_eq(forwarded(NULL), 502);
    https_serve_mode(&server, "hang");
    begin_request("HEAD", "", NULL);
    ck_assert_int_eq(forwarded(NULL), 504);
    https_serve_mode(&server, "200");
    begin_request("PUT", "ttl=1d", "a body that breaks");
    made.breaks = true;
    made.left -= 5;
    ck_assert_int_eq(forwarded(NULL), 400);
    kill(server.pid, SIGKILL);
    waitpid(server.pid, NULL, 0);
    begin_request("PUT", "ttl=1d", "body");
    ck_assert_int_eq(forwarded(NULL), 504);
    ck_assert_ptr_nonnull(strstr(buffer_cstr(&made.response.body), "the server above: "));
    begin_request("HEAD", "", NULL);
    ck_assert_int_eq(forwarded("n1"), 504);
    tear_down_forward();
}
END_TEST

START_TEST(the_other_server_proves_who_it_is)
{
    set_up_forward("200");
    begin_request("PUT", "ttl=1d", "body");
    ck_assert_int_eq(forwarded("other"), 502); /* another key */
    begin_request("PUT", "ttl=1d", "body");
    ck_assert_int_eq(forwarded("bare"), 502); /* no certificate of it is known */
    begin_request("PUT", "ttl=1d", "body");
    ck_assert_int_eq(forwarded("stranger"), 502);
    ck_assert_str_eq(logged_requests(), "");
    free(config.upstream.server_certificate_file);
    config.upstream.server_certificate_file = xstrdup("/nonexistent");
    begin_request("PUT", "ttl=1d", "body");
    ck_assert_int_eq(forwarded(NULL), 502);
    tear_down_forward();
}
END_TEST

START_TEST(a_question_of_our_own)
{
    struct err err = {0};
    set_up_forward("404");
    begin_request("PUT", "ttl=1d", "body");
    made_request_begin(&made);
    made.request.index = nodes.index;
    ck_assert_int_eq(shared_forward_ask(&config, &made.request, "/shared-files/keys/n", "sha256=00", &err), 404);
    ck_assert_ptr_nonnull(strstr(logged_requests(), "HEAD /rudder/relay-api/shared-files/keys/n?sha256=00 "));
    ck_assert_int_eq(made.request.body_read, 0); /* the client's body is still there */
    https_serve_mode(&server, "cut");
    ck_assert_int_eq(shared_forward_ask(&config, &made.request, "/shared-files/keys/n", "sha256=00", &err), 0);
    ck_assert_str_ne(err.text, "");
    tear_down_forward();
}
END_TEST

/* The status line alone would make a key good that the server above may not know. */
START_TEST(a_question_whose_answer_breaks_off_has_none)
{
    struct err err = {0};
    set_up_forward("torn");
    begin_request("PUT", "ttl=1d", "body");
    made_request_begin(&made);
    made.request.index = nodes.index;
    ck_assert_int_eq(shared_forward_ask(&config, &made.request, "/shared-files/keys/n", "sha256=00", &err), 0);
    ck_assert_str_ne(err.text, "");
    ck_assert_ptr_nonnull(strstr(logged_requests(), "HEAD /rudder/relay-api/shared-files/keys/n"));
    begin_request("PUT", "ttl=1d", "body");
    ck_assert_int_eq(forwarded(NULL), 502);
    tear_down_forward();
}
END_TEST

SUITE_MAIN("shared_forward", body_and_query_go_on_untouched, the_status_comes_back,
           trouble_on_the_way_has_a_status_of_its_own, the_other_server_proves_who_it_is, a_question_of_our_own,
           a_question_whose_answer_breaks_off_has_none)
