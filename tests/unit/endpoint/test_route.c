/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "endpoint/route.h"
#include "support/made_request.h"
#include "support/suite.h"

struct seen {
    char args[128];
    int calls;
};

static void remember(void *state, struct request *request, struct response *response)
{
    struct seen *seen = state;
    seen->calls++;
    seen->args[0] = '\0';
    for (size_t i = 0; i < REQUEST_MAX_ARGS; i++) {
        size_t len = strlen(seen->args);
        snprintf(seen->args + len, sizeof seen->args - len, "[%.*s]", (int)request->args[i].len,
                 request->args[i].at != NULL ? request->args[i].at : "");
    }
    response_empty(response, 200);
}

static const struct route routes[] = {
    {"PUT", "/reports/*", remember},
    {"GET", "/things/*/parts/*", remember},
    {"HEAD", "/things/*/parts/*", remember},
    {"GET", "/info", remember},
    {"GET", "/files/**", remember},
    {"GET", "/of/*/all/**", remember},
};

static struct route_table table = {routes, sizeof routes / sizeof *routes, false};
static struct seen seen;
static char allow[64];

static int route_status_of(const char *method, const char *path)
{
    struct made_request made;
    made_request_new(&made, method, path, NULL, "", 0);
    made_request_begin(&made);
    seen = (struct seen){0};
    route_request(&table, &seen, &made.request, &made.response);
    int status = made.response.status;
    const char *header = strstr(buffer_cstr(&made.response.headers), "Allow: ");
    snprintf(allow, sizeof allow, "%.*s", header != NULL ? (int)strcspn(header, "\r") : 0, header);
    made_request_free(&made);
    return status;
}

START_TEST(a_star_is_one_segment)
{
    ck_assert_int_eq(route_status_of("PUT", "/reports/a:b@c+d.log"), 200);
    ck_assert_str_eq(seen.args, "[a:b@c+d.log][][]");
    ck_assert_int_eq(route_status_of("GET", "/things/1/parts/2"), 200);
    ck_assert_str_eq(seen.args, "[1][2][]");
    ck_assert_int_eq(route_status_of("PUT", "/reports/"), 200);
    ck_assert_str_eq(seen.args, "[][][]");
    ck_assert_int_eq(route_status_of("PUT", "/reports/*"), 200);
    ck_assert_int_eq(route_status_of("PUT", "/reports/.."), 200);
    ck_assert_str_eq(seen.args, "[..][][]");
}
END_TEST

START_TEST(two_stars_are_the_rest)
{
    ck_assert_int_eq(route_status_of("GET", "/files/a/../b//c"), 200);
    ck_assert_str_eq(seen.args, "[a/../b//c][][]");
    ck_assert_int_eq(route_status_of("GET", "/files/"), 200);
    ck_assert_str_eq(seen.args, "[][][]");
    ck_assert_int_eq(route_status_of("GET", "/files"), 404);
    ck_assert_int_eq(route_status_of("GET", "/of/x/all/y/z"), 200);
    ck_assert_str_eq(seen.args, "[x][y/z][]");
    ck_assert_int_eq(route_status_of("GET", "/of/x/y/all/z"), 404);
}
END_TEST

START_TEST(the_relay_api_has_two_beginnings)
{
    table.relay_api = true;
    ck_assert_int_eq(route_status_of("GET", "/rudder/relay-api/1/info"), 200);
    ck_assert_int_eq(route_status_of("GET", "/rudder/relay-api/info"), 200);
    ck_assert_int_eq(route_status_of("GET", "/rudder/relay-api/files/1/a"), 200);
    ck_assert_str_eq(seen.args, "[1/a][][]");
    static const char *const others[] = {"/info", "/rudder/relay-api/2/info", "/rudder/relay-api/1/1/info",
                                         "/rudder/relay-api", "/rudder/relay-api/1/", "/rudder/relay-api/",
                                         "/rudder/relay-api//info", "/rudder/relay-apiinfo",
                                         "/x/rudder/relay-api/info"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ck_assert_msg(route_status_of("GET", others[i]) == 404, "'%s'", others[i]);
    }
    ck_assert_int_eq(route_status_of("POST", "/rudder/relay-api/1/info"), 404);
    ck_assert_str_eq(allow, "");
    table.relay_api = false;
}
END_TEST

START_TEST(another_path_is_not_found)
{
    static const char *const paths[] = {"", "/", "/reports", "/reports/a/b", "/reports/a/", "/reportsx/a", "reports/a",
                                        "/Reports/a", "//reports/a", "/reports//a", "/info/", "/inf", "/things/1/",
                                        "/things/1/parts"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        ck_assert_msg(route_status_of("PUT", paths[i]) == 404, "'%s'", paths[i]);
        ck_assert_int_eq(seen.calls, 0);
    }
}
END_TEST

START_TEST(another_method_is_told_which_are_allowed)
{
    ck_assert_int_eq(route_status_of("GET", "/reports/a"), 405);
    ck_assert_str_eq(allow, "Allow: PUT");
    ck_assert_int_eq(route_status_of("put", "/reports/a"), 405);
    ck_assert_int_eq(route_status_of("", "/reports/a"), 405);
    ck_assert_int_eq(route_status_of("DELETE", "/things/1/parts/2"), 405);
    ck_assert_str_eq(allow, "Allow: GET, HEAD");
    ck_assert_int_eq(seen.calls, 0);
}
END_TEST

SUITE_MAIN("route", a_star_is_one_segment, two_stars_are_the_rest, the_relay_api_has_two_beginnings,
           another_path_is_not_found, another_method_is_told_which_are_allowed)
