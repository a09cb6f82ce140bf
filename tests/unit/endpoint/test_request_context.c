/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <unistd.h>

#include "endpoint/request_context.h"
#include "support/made_request.h"
#include "support/suite.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "test"

static const struct request_wording wording = {LOG_COMPONENT, "test refused", "test failed", .bare = false};
static const struct request_wording bare_wording = {LOG_COMPONENT, "test refused", "test failed", .bare = true};

static struct made_request made;

static struct request_context context_of(const char *length)
{
    made_request_new(&made, "PUT", "/a", length, "", 0);
    made_request_env(&made, "REMOTE_ADDR=192.0.2.1");
    made_request_begin(&made);
    return (struct request_context){.wording = &wording, .request = &made.request, .response = &made.response};
}

static int status_for_length(const char *length, int64_t limit)
{
    struct request_context context = context_of(length);
    bool good = request_context_takes_body(&context, limit);
    int status = made.response.status;
    ck_assert(good == (status == 0));
    made_request_free(&made);
    return status;
}

START_TEST(a_length_is_needed_and_limited)
{
    ck_assert_int_eq(status_for_length("10", 10), 0);
    ck_assert_int_eq(status_for_length("0", 10), 0);
    ck_assert_int_eq(status_for_length("11", 10), 413);
    ck_assert_int_eq(status_for_length("9223372036854775807", 10), 413);
    ck_assert_int_eq(status_for_length(NULL, 10), 411);
    ck_assert_int_eq(status_for_length("ten", 10), 400);
    ck_assert_int_eq(status_for_length("99999999999999999999", 10), 400);
}
END_TEST

static int status_with(const char *variable)
{
    struct request_context context = context_of("5");
    made_request_env(&made, variable);
    bool good = request_context_takes_body(&context, 10);
    int status = made.response.status;
    ck_assert(good == (status == 0));
    made_request_free(&made);
    return status;
}

START_TEST(a_part_or_a_compressed_file_is_not_the_file)
{
    ck_assert_int_eq(status_with("HTTP_CONTENT_RANGE=bytes 0-4/10"), 400);
    ck_assert_int_eq(status_with("HTTP_CONTENT_RANGE="), 400);
    ck_assert_int_eq(status_with("HTTP_CONTENT_ENCODING=gzip"), 415);
    ck_assert_int_eq(status_with("HTTP_CONTENT_ENCODING=identity, gzip"), 415);
    ck_assert_int_eq(status_with("HTTP_CONTENT_ENCODING=Identity"), 0);
    ck_assert_int_eq(status_with("HTTP_CONTENT_ENCODING="), 0);
    ck_assert_int_eq(status_with("HTTP_CONTENT_TYPE=application/gzip"), 0);
}
END_TEST

START_TEST(a_refusal_says_why)
{
    struct request_context context = context_of(NULL);
    ck_assert(!request_context_refuse(&context, 403, "not you"));
    ck_assert_int_eq(made.response.status, 403);
    ck_assert_str_eq(buffer_cstr(&made.response.body), "not you\n");
    context.wording = &bare_wording;
    ck_assert(!request_context_refuse(&context, 400, "not so %s"));
    ck_assert_str_eq(buffer_cstr(&made.response.body), "not so %s");
    made_request_free(&made);
}
END_TEST

START_TEST(only_a_503_says_when_to_come_again)
{
    struct request_context context = context_of(NULL);
    ck_assert(!request_context_has_index(&context));
    ck_assert_int_eq(made.response.status, 503);
    ck_assert_ptr_null(strstr(buffer_cstr(&made.response.headers), "Retry-After"));
    context.retry_after = 42;
    ck_assert(!request_context_has_index(&context));
    ck_assert_ptr_nonnull(strstr(buffer_cstr(&made.response.headers), "Retry-After: 42\r\n"));
    request_context_refuse(&context, 403, "");
    ck_assert_ptr_null(strstr(buffer_cstr(&made.response.headers), "Retry-After"));
    made_request_free(&made);
}
END_TEST

START_TEST(a_failure_says_nothing)
{
    struct request_context context = context_of(NULL);
    ck_assert(!request_context_fail(&context, 500, "secret"));
    ck_assert_int_eq(made.response.status, 500);
    ck_assert_ptr_null(strstr(buffer_cstr(&made.response.body), "secret"));
    ck_assert(!request_context_fail(&context, 507, "secret"));
    ck_assert_int_eq(made.response.status, 507);
    ck_assert_str_eq(buffer_cstr(&made.response.body), "the relay has too little free space\n");
    made_request_free(&made);
}
END_TEST

/* What work(context) writes to standard error. */
static char *logged(bool (*work)(const struct request_context *context), const struct request_context *context)
{
    int ends[2];
    char *text = xcalloc(1, 4096);
    ck_assert_int_eq(pipe(ends), 0);
    int before = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    work(context);
    dup2(before, STDERR_FILENO);
    close(before);
    close(ends[1]);
    ck_assert_int_gt(read(ends[0], text, 4095), 0);
    close(ends[0]);
    return text;
}

static bool refuse_it(const struct request_context *context)
{
    return request_context_refuse(context, 403, "not you");
}

static bool fail_it(const struct request_context *context)
{
    return request_context_fail(context, 507, "nothing free");
}

START_TEST(the_log_line_names_the_client_and_what_the_program_adds)
{
    struct request_context context = context_of(NULL);
    log_start("test");
    context.fields[0] = log_text("name", "x");
    context.fields[2] = log_text("node", "n");
    char *line = logged(refuse_it, &context);
    ck_assert_ptr_nonnull(
        strstr(line, "test: warn: test refused status=403 name=x node=n client=192.0.2.1 reason=\"not you\"\n"));
    free(line);
    line = logged(fail_it, &context);
    ck_assert_ptr_nonnull(
        strstr(line, "test: error: test failed status=507 name=x node=n client=192.0.2.1 reason=\"nothing free\"\n"));
    free(line);
    made_request_free(&made);
}
END_TEST

SUITE_MAIN("request_context", a_length_is_needed_and_limited, a_part_or_a_compressed_file_is_not_the_file,
           a_refusal_says_why, only_a_503_says_when_to_come_again,
           a_failure_says_nothing, the_log_line_names_the_client_and_what_the_program_adds)
