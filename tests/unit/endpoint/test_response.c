/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <sys/socket.h>

#include "endpoint/response.h"
#include "support/suite.h"
#include "support/tmpdir.h"
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

static enum response_sent send_all(struct response *response, struct err *err)
{
    enum response_sent sent;
    while ((sent = response_send_piece(response, err)) == RESPONSE_MORE) {
    }
    return sent;
}

/* An answer that is `length` bytes of the file from `from` on. */
static void begin_with_file(struct response *response, bool head, const struct response_sink *sink, int fd, off_t from,
                            int64_t length)
{
    response_begin(response, head, sink);
    response_empty(response, 200);
    response_attach(response, fcntl(fd, F_DUPFD_CLOEXEC, 1), from, length);
}

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
    ck_assert(!response_has_file(&response));
    begin_with_file(&response, false, NULL, fd, 0, SIZE - 1);
    ck_assert(response_has_file(&response));
    ck_assert_int_eq(send_all(&response, &err), RESPONSE_SENT);
    ck_assert_str_eq(buffer_cstr(&response.body), content);
    /* it may have grown: no more than announced */
    begin_with_file(&response, false, NULL, fd, SIZE - 3, 2);
    ck_assert_int_eq(send_all(&response, &err), RESPONSE_SENT);
    ck_assert_str_eq(buffer_cstr(&response.body), "xz");
    begin_with_file(&response, false, NULL, fd, 0, 0);
    ck_assert_int_eq(send_all(&response, &err), RESPONSE_SENT);
    ck_assert_uint_eq(response.body.len, 0);
    begin_with_file(&response, true, NULL, fd, 0, SIZE);
    ck_assert_int_eq(send_all(&response, &err), RESPONSE_SENT);
    ck_assert_uint_eq(response.body.len, 0);
    ck_assert_int_eq(ftruncate(fd, 100000), 0);
    begin_with_file(&response, false, NULL, fd, 0, SIZE - 1);
    ck_assert_int_eq(send_all(&response, &err), RESPONSE_CUT);
    ck_assert_str_eq(err.text, "the file became shorter after 100000 of 200000 bytes");
    ck_assert_uint_eq(response.body.len, 100000);
    begin_with_file(&response, false, NULL, directory.fd, 0, 1);
    ck_assert_int_eq(send_all(&response, &err), RESPONSE_CUT);
    ck_assert_ptr_nonnull(strstr(err.text, "Is a directory after 0 of 1 bytes"));
    ck_assert(!response.gone);
    free(content);
    close(fd);
    tmpdir_remove(&directory);
    response_free(&response);
}
END_TEST

START_TEST(the_length_counts_body_and_file)
{
    struct tmpdir directory = tmpdir_make();
    struct response response = {0};
    struct buffer out = {0};
    begin_with_file(&response, false, NULL, directory.fd, 0, 1000);
    buffer_add_text(&response.body, "first\n");
    ck_assert_str_eq(response_formatted(&response, false, &out),
                     "Status: 200 OK\r\nContent-Length: 1006\r\n\r\nfirst\n");
    ck_assert_str_eq(response_formatted(&response, true, &out), "Status: 200 OK\r\nContent-Length: 1006\r\n\r\n");
    response_free(&response);
    buffer_free(&out);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(the_file_is_closed_with_the_answer)
{
    struct tmpdir directory = tmpdir_make();
    struct response response = {0};
    begin_with_file(&response, false, NULL, directory.fd, 0, 1);
    int fd = response.file.fd;
    response_begin(&response, false, NULL);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
    begin_with_file(&response, false, NULL, directory.fd, 0, 1);
    fd = response.file.fd;
    response_free(&response);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
    tmpdir_remove(&directory);
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
    begin_with_file(&response, false, &sink, fd, 0, 1000000);
    ck_assert_int_eq(send_all(&response, &err), RESPONSE_CUT);
    ck_assert(response.gone);
    ck_assert_ptr_nonnull(strstr(err.text, "the client went away after 65536 of 1000000 bytes"));
    ck_assert_uint_eq(taken.bytes.len, 65536);
    close(fd);
    tmpdir_remove(&directory);
    response_free(&response);
    buffer_free(&taken.bytes);
}
END_TEST

/* A connection that takes nothing more once its socket is full. */
static bool send_to_socket(void *context, const char *bytes, size_t len)
{
    const int *ends = context;
    return write(ends[0], bytes, len) == (ssize_t)len;
}

static int socket_connection(void *context)
{
    const int *ends = context;
    return ends[0];
}

START_TEST(a_client_that_reads_nothing_is_slow)
{
    enum { SIZE = 4000000 };
    struct tmpdir directory = tmpdir_make();
    struct response response = {0};
    int ends[2];
    const struct response_sink sink = {.send = send_to_socket, .connection = socket_connection, .context = ends};
    struct err err = {0};
    tmpdir_write(directory.fd, "file", "");
    int fd = openat(directory.fd, "file", O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(ftruncate(fd, SIZE), 0);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    begin_with_file(&response, false, &sink, fd, 0, SIZE);
    ck_assert(!response_is_slow(&response, 0));
    while (!response_is_slow(&response, 0)) { /* what is not slow takes a piece without waiting */
        ck_assert_int_eq(response_send_piece(&response, &err), RESPONSE_MORE);
    }
    ck_assert_int_lt(response.file.sent, SIZE);
    char ignored[65536];
    while (recv(ends[1], ignored, sizeof ignored, MSG_DONTWAIT) > 0) {
    }
    ck_assert(!response_is_slow(&response, 0));
    close(ends[0]);
    close(ends[1]);
    close(fd);
    tmpdir_remove(&directory);
    response_free(&response);
}
END_TEST

SUITE_MAIN("response", a_text_has_its_length_and_type, a_head_gets_the_length_but_not_the_body,
           no_content_has_no_length, a_later_answer_replaces_an_earlier_one, a_header_cannot_smuggle_in_another,
           an_internal_error_tells_nothing, a_started_answer_goes_out_as_it_comes,
           a_started_answer_to_a_head_has_no_body, without_a_sink_the_body_gathers, a_file_is_sent_in_its_length,
           the_length_counts_body_and_file, the_file_is_closed_with_the_answer, a_file_is_not_sent_to_nobody,
           a_client_that_reads_nothing_is_slow)
