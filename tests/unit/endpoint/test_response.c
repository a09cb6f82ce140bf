/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <sys/socket.h>

#include "endpoint/response.h"
#include "support/tmpdir.h"
#include "support/suite.h"
#include "util/xmalloc.h"

static const char *response_formatted(struct response *response, bool head, struct buffer *out)
{
    response->head = head;
    buffer_clear(out);
    response_format(response, out);
    return buffer_cstr(out);
}

START_TEST(a_text_has_its_length_and_type)
{
    struct response response = {0};
    struct buffer out = {0};
    response_text(&response, 403, "node %s is not known\n", "x");
    ck_assert_str_eq(response_formatted(&response, false, &out), "Status: 403 Forbidden\r\n"
                                                        "Content-Type: text/plain; charset=utf-8\r\n"
                                                        "Content-Length: 20\r\n\r\n"
                                                        "node x is not known\n");
    response_free(&response);
    buffer_free(&out);
}
END_TEST

START_TEST(a_head_gets_the_length_but_not_the_body)
{
    struct response response = {0};
    struct buffer out = {0};
    response_text(&response, 404, "NOT FOUND");
    ck_assert_str_eq(response_formatted(&response, true, &out), "Status: 404 Not Found\r\n"
                                                       "Content-Type: text/plain; charset=utf-8\r\n"
                                                       "Content-Length: 9\r\n\r\n");
    response_free(&response);
    buffer_free(&out);
}
END_TEST

START_TEST(no_content_has_no_length)
{
    struct response response = {0};
    struct buffer out = {0};
    response_empty(&response, 204);
    ck_assert_str_eq(response_formatted(&response, false, &out), "Status: 204 No Content\r\n\r\n");
    response_empty(&response, 304);
    ck_assert_str_eq(response_formatted(&response, false, &out), "Status: 304 Not Modified\r\n\r\n");
    response_empty(&response, 201);
    ck_assert_str_eq(response_formatted(&response, false, &out), "Status: 201 Created\r\nContent-Length: 0\r\n\r\n");
    response_free(&response);
    buffer_free(&out);
}
END_TEST

START_TEST(a_later_answer_replaces_an_earlier_one)
{
    struct response response = {0};
    struct buffer out = {0};
    response_text(&response, 400, "first");
    response_header(&response, "Retry-After", "60");
    response_empty(&response, 201);
    ck_assert_str_eq(response_formatted(&response, false, &out), "Status: 201 Created\r\nContent-Length: 0\r\n\r\n");
    response_free(&response);
    buffer_free(&out);
}
END_TEST

START_TEST(a_header_cannot_smuggle_in_another)
{
    struct response response = {0};
    struct buffer out = {0};
    response_empty(&response, 204);
    response_header(&response, "Location", "/a\r\nSet-Cookie: b");
    response_header(&response, "X-Umlaut", "\xc3\xa4");
    ck_assert_str_eq(response_formatted(&response, false, &out),
                     "Status: 204 No Content\r\nLocation: /a\r\nX-Umlaut: \xc3\xa4\r\n\r\n");
    response_free(&response);
    buffer_free(&out);
}
END_TEST

START_TEST(an_internal_error_tells_nothing)
{
    struct response response = {0};
    response_internal_error(&response);
    ck_assert_int_eq(response.status, 500);
    ck_assert_str_eq(buffer_cstr(&response.body), "internal error, see the relay's log\n");
    response_free(&response);
}
END_TEST

/* A sink that takes so many pieces, then is gone. */
struct taken {
    struct buffer bytes;
    int pieces;
};

static bool response_take(void *context, const char *bytes, size_t len)
{
    struct taken *taken = context;
    if (taken->pieces == 0) {
        return false;
    }
    taken->pieces--;
    buffer_add(&taken->bytes, bytes, len);
    return true;
}

static int connection(void *context)
{
    (void)context;
    return 17;
}

START_TEST(a_started_answer_goes_out_as_it_comes)
{
    struct response response = {0};
    struct taken taken = {.pieces = 3};
    const struct response_sink sink = {.send = response_take, .connection = connection, .context = &taken};
    response_begin(&response, false, &sink);
    response_empty(&response, 200);
    response_header(&response, "ETag", "\"x\"");
    ck_assert(response_start(&response, RESPONSE_LENGTH_UNKNOWN));
    ck_assert(response_send(&response, "one\n", 4));
    ck_assert_str_eq(buffer_cstr(&taken.bytes), "Status: 200 OK\r\nETag: \"x\"\r\n\r\none\n");
    ck_assert(response_send(&response, "two\n", 4));
    ck_assert(!response.gone);
    ck_assert(!response_send(&response, "three\n", 6));
    ck_assert(response.gone);
    taken.pieces = 1;
    ck_assert(!response_send(&response, "four\n", 5));
    ck_assert_str_eq(buffer_cstr(&taken.bytes), "Status: 200 OK\r\nETag: \"x\"\r\n\r\none\ntwo\n");
    ck_assert_int_eq(response_connection(&response), 17);
    response_begin(&response, false, NULL);
    ck_assert(!response.started && !response.gone && response.status == 0);
    ck_assert_int_eq(response_connection(&response), -1);
    response_free(&response);
    buffer_free(&taken.bytes);
}
END_TEST

START_TEST(a_started_answer_to_a_head_has_no_body)
{
    struct response response = {0};
    struct taken taken = {.pieces = 3};
    const struct response_sink sink = {.send = response_take, .connection = connection, .context = &taken};
    response_begin(&response, true, &sink);
    response_empty(&response, 200);
    ck_assert(response_start(&response, 1234567890123));
    ck_assert(response_send(&response, "one\n", 4));
    ck_assert_str_eq(buffer_cstr(&taken.bytes), "Status: 200 OK\r\nContent-Length: 1234567890123\r\n\r\n");
    response_free(&response);
    buffer_free(&taken.bytes);
}
END_TEST

START_TEST(without_a_sink_the_body_gathers)
{
    struct response response = {0};
    response_begin(&response, false, NULL);
    response_empty(&response, 200);
    ck_assert(response_start(&response, 6));
    ck_assert(response_send(&response, "abc", 3) && response_send(&response, "def", 3));
    ck_assert_str_eq(buffer_cstr(&response.body), "abcdef");
    response_free(&response);
}
END_TEST

START_TEST(a_file_is_sent_in_its_length)
{
    enum { SIZE = 200001 };
    struct tmpdir directory = tmpdir_make();
    struct response response = {0};
    struct err err = {0};
    char *content = xmalloc(SIZE);
    memset(content, 'x', SIZE - 1);
    content[0] = 'a';
    content[SIZE - 2] = 'z';
    content[SIZE - 1] = '\0';
    tmpdir_write(directory.fd, "file", content);
    int fd = openat(directory.fd, "file", O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(lseek(fd, 17, SEEK_SET), 17); /* does not matter */
    response_begin(&response, false, NULL);
    ck_assert(response_start(&response, SIZE - 1));
    ck_assert_int_eq(response_send_file(&response, fd, 0, SIZE - 1, &err), RESPONSE_SENT);
    ck_assert_str_eq(buffer_cstr(&response.body), content);
    response_begin(&response, false, NULL);
    /* it may have grown: no more than announced */
    ck_assert_int_eq(response_send_file(&response, fd, SIZE - 3, 2, &err), RESPONSE_SENT);
    ck_assert_str_eq(buffer_cstr(&response.body), "xz");
    ck_assert_int_eq(response_send_file(&response, fd, 0, 0, &err), RESPONSE_SENT);
    ck_assert_uint_eq(response.body.len, 2);
    response_begin(&response, true, NULL);
    ck_assert_int_eq(response_send_file(&response, -1, 0, SIZE, &err), RESPONSE_SENT);
    ck_assert_uint_eq(response.body.len, 0);
    response_begin(&response, false, NULL);
    ck_assert_int_eq(ftruncate(fd, 100000), 0);
    ck_assert_int_eq(response_send_file(&response, fd, 0, SIZE - 1, &err), RESPONSE_CUT);
    ck_assert_str_eq(err.text, "the file became shorter after 100000 of 200000 bytes");
    ck_assert_uint_eq(response.body.len, 100000);
    ck_assert_int_eq(response_send_file(&response, directory.fd, 0, 1, &err), RESPONSE_CUT);
    ck_assert_ptr_nonnull(strstr(err.text, "Is a directory after 0 of 1 bytes"));
    ck_assert(!response.gone);
    free(content);
    close(fd);
    tmpdir_remove(&directory);
    response_free(&response);
}
END_TEST

START_TEST(a_file_is_not_sent_to_nobody)
{
    struct tmpdir directory = tmpdir_make();
    struct response response = {0};
    struct taken taken = {.pieces = 2};
    const struct response_sink sink = {.send = response_take, .connection = connection, .context = &taken};
    struct err err = {0};
    tmpdir_write(directory.fd, "file", "");
    int fd = openat(directory.fd, "file", O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(ftruncate(fd, 1000000), 0);
    response_begin(&response, false, &sink);
    response_empty(&response, 200);
    ck_assert(response_start(&response, 1000000));
    ck_assert_int_eq(response_send_file(&response, fd, 0, 1000000, &err), RESPONSE_CUT);
    ck_assert(response.gone);
    ck_assert_ptr_nonnull(strstr(err.text, "the client went away after"));
    ck_assert_uint_lt(taken.bytes.len, 1000000);
    taken.pieces = 1000;
    /* what came before it did not arrive */
    ck_assert_int_eq(response_send_file(&response, fd, 0, 0, &err), RESPONSE_CUT);
    ck_assert_str_eq(err.text, "the client went away after 0 of 0 bytes");
    close(fd);
    tmpdir_remove(&directory);
    response_free(&response);
    buffer_free(&taken.bytes);
}
END_TEST

/* A connection that takes nothing more once its socket is full. */
struct slow {
    int ends[2];
    bool accepts; /* that somebody else goes on */
    int asked;
};

static bool send_slow(void *context, const char *bytes, size_t len)
{
    struct slow *slow = context;
    return write(slow->ends[0], bytes, len) == (ssize_t)len;
}

static int slow_connection(void *context)
{
    struct slow *slow = context;
    return slow->ends[0];
}

static bool hand_over_slow(void *context)
{
    struct slow *slow = context;
    slow->asked++;
    if (!slow->accepts) { /* then there is room again: whoever goes on has to */
        char ignored[65536];
        while (recv(slow->ends[1], ignored, sizeof ignored, MSG_DONTWAIT) > 0) {
        }
    }
    return slow->accepts;
}

START_TEST(a_slow_client_is_handed_over)
{
    enum { SIZE = 4000000 };
    struct tmpdir directory = tmpdir_make();
    struct response response = {0};
    struct slow slow = {.accepts = true};
    const struct response_sink sink = {
        .send = send_slow, .connection = slow_connection, .hand_over = hand_over_slow, .context = &slow};
    struct err err = {0};
    tmpdir_write(directory.fd, "file", "");
    int fd = openat(directory.fd, "file", O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(ftruncate(fd, SIZE), 0);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, slow.ends), 0);
    response_begin(&response, false, &sink);
    ck_assert_int_eq(response_send_file(&response, fd, 0, 1000, &err), RESPONSE_SENT);
    ck_assert_int_eq(slow.asked, 0);
    ck_assert_int_eq(response_send_file(&response, fd, 0, SIZE, &err), RESPONSE_HANDED_OVER);
    ck_assert(response.handed_over);
    ck_assert_int_eq(slow.asked, 1);
    response_begin(&response, false, &sink);
    ck_assert(!response.handed_over);
    slow.accepts = false;
    ck_assert_int_eq(response_send_file(&response, fd, 0, SIZE, &err), RESPONSE_SENT);
    ck_assert_int_gt(slow.asked, 2); /* it is asked whenever it would have to wait */
    ck_assert(!response.handed_over);
    close(slow.ends[0]);
    close(slow.ends[1]);
    close(fd);
    tmpdir_remove(&directory);
    response_free(&response);
}
END_TEST

SUITE_MAIN("response", a_text_has_its_length_and_type, a_head_gets_the_length_but_not_the_body,
           no_content_has_no_length, a_later_answer_replaces_an_earlier_one, a_header_cannot_smuggle_in_another,
           an_internal_error_tells_nothing, a_started_answer_goes_out_as_it_comes,
           a_started_answer_to_a_head_has_no_body, without_a_sink_the_body_gathers,
           a_file_is_sent_in_its_length, a_file_is_not_sent_to_nobody, a_slow_client_is_handed_over)
