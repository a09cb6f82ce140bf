/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/command_wire.h"
#include "support/suite.h"
#include "util/xmalloc.h"

static enum subprocess_wire read_request_text(const char *bytes, size_t len, struct err *err)
{
    const char *conditions, *hosts;
    *err = (struct err){0};
    return command_wire_read_request((struct slice){bytes, len}, &conditions, &hosts, err);
}
#define READ(text) read_request_text(text, sizeof(text) - 1, &err)

START_TEST(a_request_is_whole_with_its_second_text)
{
    struct buffer request = {0};
    struct err err;
    const char *conditions, *hosts;
    command_wire_add_request(&request, "a,b_1", "one.example,::1");
    for (size_t len = 0; len < request.len; len++) {
        ck_assert_int_eq(read_request_text(request.at, len, &err), SUBPROCESS_WIRE_MORE);
    }
    ck_assert_int_eq(command_wire_read_request(buffer_slice(&request), &conditions, &hosts, &err),
                     SUBPROCESS_WIRE_WHOLE);
    ck_assert_str_eq(conditions, "a,b_1");
    ck_assert_str_eq(hosts, "one.example,::1");
    buffer_free(&request);
}
END_TEST

START_TEST(what_a_command_may_not_be_given_is_refused)
{
    struct err err;
    ck_assert_int_eq(READ("\0one\0"), SUBPROCESS_WIRE_WHOLE);
    ck_assert_int_eq(READ("\0\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_str_eq(err.text, "\"\" is no host name");
    ck_assert_int_eq(READ("\0one,,two\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_int_eq(READ("\0,one\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_int_eq(READ("\0one,\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_str_eq(err.text, "a list of hosts that ends with a comma");
    ck_assert_int_eq(READ("\0-oX\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_int_eq(READ("\0one two\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_int_eq(READ("\0one,$(id)\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_str_eq(err.text, "\"$(id)\" is no host name");
    ck_assert_int_eq(READ("a b\0one\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_int_eq(READ("-a\0one\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_int_eq(READ("a,\0one\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_int_eq(READ("\0one\0x"), SUBPROCESS_WIRE_BAD);
    ck_assert_str_eq(err.text, "there is something behind the request");
}
END_TEST

START_TEST(too_long_a_request_is_refused)
{
    struct err err;
    char *bytes = xmalloc(COMMAND_WIRE_REQUEST_MAX + 1);
    memset(bytes, 'a', COMMAND_WIRE_REQUEST_MAX + 1);
    ck_assert_int_eq(read_request_text(bytes, COMMAND_WIRE_REQUEST_MAX, &err), SUBPROCESS_WIRE_MORE);
    ck_assert_int_eq(read_request_text(bytes, COMMAND_WIRE_REQUEST_MAX + 1, &err), SUBPROCESS_WIRE_BAD);
    ck_assert_str_eq(err.text, "a request of more than 231073 bytes");
    bytes[0] = '\0';
    bytes[COMMAND_LINE_HOSTS_MAX + 2] = '\0';
    ck_assert_int_eq(read_request_text(bytes, COMMAND_LINE_HOSTS_MAX + 3, &err), SUBPROCESS_WIRE_BAD);
    ck_assert_str_eq(err.text, "hosts of more than 100000 bytes together");
    free(bytes);
}
END_TEST

/* Takes the next frame, also when it comes byte by byte. */
static struct subprocess_frame take_next_frame(struct slice *come)
{
    struct subprocess_frame frame;
    struct slice part = {come->at, 0};
    enum subprocess_wire took;
    while ((took = subprocess_wire_take_frame(&part, &frame)) == SUBPROCESS_WIRE_MORE && part.len < come->len) {
        part.len++;
    }
    ck_assert_int_eq(took, SUBPROCESS_WIRE_WHOLE);
    ck_assert_int_eq(subprocess_wire_take_frame(come, &frame), SUBPROCESS_WIRE_WHOLE);
    return frame;
}

START_TEST(frames_come_as_they_were_made)
{
    struct buffer out = {0};
    char *large = xcalloc(1, SUBPROCESS_WIRE_BYTES_MAX + 1);
    subprocess_wire_add_output(&out, "some", 4);
    subprocess_wire_add_output(&out, large, SUBPROCESS_WIRE_BYTES_MAX + 1);
    subprocess_wire_add_not_started(&out, "no");
    subprocess_wire_add_end(&out, &(struct subprocess_end){SUBPROCESS_TIMED_OUT, 15, true});
    struct slice rest = buffer_slice(&out);
    struct subprocess_frame frame = take_next_frame(&rest);
    ck_assert_int_eq(frame.kind, SUBPROCESS_FRAME_OUTPUT);
    ck_assert(slice_eq_str(frame.bytes, "some"));
    ck_assert_uint_eq(take_next_frame(&rest).bytes.len, SUBPROCESS_WIRE_BYTES_MAX);
    ck_assert_uint_eq(take_next_frame(&rest).bytes.len, 1);
    frame = take_next_frame(&rest);
    ck_assert_int_eq(frame.kind, SUBPROCESS_FRAME_NOT_STARTED);
    ck_assert(slice_eq_str(frame.bytes, "no"));
    frame = take_next_frame(&rest);
    ck_assert_int_eq(frame.kind, SUBPROCESS_FRAME_END);
    ck_assert(frame.end.fate == SUBPROCESS_TIMED_OUT && frame.end.number == 15 && frame.end.given_up);
    ck_assert_uint_eq(rest.len, 0);
    free(large);
    buffer_free(&out);
}
END_TEST

START_TEST(what_is_no_frame_is_seen)
{
    static const char *const heads[] = {"x\0\0\0\0\0\0\0", "e\4\0\0\0\0\0\0", "e\377\0\0\0\0\0\0", "o\0\0\0\0\1\0\1",
                                        "o\0\0\0\377\0\0\0"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct slice come = {heads[i], SUBPROCESS_WIRE_HEAD};
        struct subprocess_frame frame;
        ck_assert_int_eq(subprocess_wire_take_frame(&come, &frame), SUBPROCESS_WIRE_BAD);
    }
}
END_TEST

SUITE_MAIN("command_wire", a_request_is_whole_with_its_second_text, what_a_command_may_not_be_given_is_refused,
           too_long_a_request_is_refused, frames_come_as_they_were_made, what_is_no_frame_is_seen)
