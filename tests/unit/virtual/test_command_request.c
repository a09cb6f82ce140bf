/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "virtual/command_request.h"

#include "support/suite.h"

static enum subprocess_wire read_bytes(const char *bytes, size_t len)
{
    struct command_request request;
    struct err err;
    return command_request_read((struct slice){bytes, len}, &request, &err);
}

#define READ_REQUEST(text) read_bytes(text, sizeof(text) - 1)

START_TEST(a_request_is_read_as_it_was_written)
{
    struct err err;
    struct command_request request;
    struct buffer out = {0};
    static const char file[] = "node_id = \"n\"; command = [\"/bin/echo\", \"a b\"]; timeout = 7; audit = true;";
    struct virtual_node *node = virtual_node_parse("x.conf", slice_from_str(file), &err);
    ck_assert_ptr_nonnull(node);
    command_request_add(&out, &node->settings, "now");
    for (size_t len = 0; len < out.len; len++) {
        ck_assert_int_eq(read_bytes(out.at, len), SUBPROCESS_WIRE_MORE);
    }
    ck_assert_int_eq(command_request_read(buffer_slice(&out), &request, &err), SUBPROCESS_WIRE_WHOLE);
    ck_assert_int_eq(request.timeout, 7);
    ck_assert_str_eq(request.variables[0], "RUDDER_VIRTUAL_NODE=n");
    ck_assert_str_eq(request.variables[1], "RUDDER_VIRTUAL_START=now");
    ck_assert_str_eq(request.variables[2], "RUDDER_VIRTUAL_AUDIT=yes");
    ck_assert_str_eq(request.command[0], "/bin/echo");
    ck_assert_str_eq(request.command[1], "a b");
    ck_assert_ptr_null(request.command[2]);
    buffer_free(&out);
    virtual_node_drop(node);
}
END_TEST

START_TEST(what_is_no_request_is_refused)
{
    ck_assert_int_eq(READ_REQUEST("1\0\0/bin/true\0\0"), SUBPROCESS_WIRE_WHOLE);
    ck_assert_int_eq(READ_REQUEST("0\0\0/bin/true\0\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_int_eq(READ_REQUEST("1s\0\0/bin/true\0\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_int_eq(READ_REQUEST("\0\0/bin/true\0\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_int_eq(READ_REQUEST("99999999\0\0/bin/true\0\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_int_eq(READ_REQUEST("1\0LD_PRELOAD=x\0\0/bin/true\0\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_int_eq(READ_REQUEST("1\0RUDDER_VIRTUAL_X\0\0/bin/true\0\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_int_eq(READ_REQUEST("1\0\0true\0\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_int_eq(READ_REQUEST("1\0\0\0"), SUBPROCESS_WIRE_BAD);
    ck_assert_int_eq(READ_REQUEST("1\0\0/bin/true\0\0x"), SUBPROCESS_WIRE_BAD);
}
END_TEST

START_TEST(there_is_an_end_to_it)
{
    struct buffer out = {0};
    buffer_add(&out, "1\0\0", 3);
    for (int i = 0; i <= VIRTUAL_NODE_ARGUMENTS_MAX; i++) {
        buffer_add(&out, "/", 2);
    }
    ck_assert_int_eq(read_bytes(out.at, out.len), SUBPROCESS_WIRE_BAD);
    out.len = 3;
    while (out.len <= COMMAND_REQUEST_MAX) {
        buffer_add(&out, "xxxxxxxx", 8);
    }
    ck_assert_int_eq(read_bytes(out.at, out.len), SUBPROCESS_WIRE_BAD);
    buffer_free(&out);
}
END_TEST

SUITE_MAIN("command_request", a_request_is_read_as_it_was_written, what_is_no_request_is_refused, there_is_an_end_to_it)
