/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fuzz_command_wire: both directions between remote-run and its helper (command_wire.h). What is accepted as a request
 * holds no byte that a shell or a command's options would take for something else, and says the same when it is made
 * again; frames lie within what came.
 */
#include <stdint.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "remote-run/command_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char condition_bytes[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_,";

static void fuzz_check_hosts(const char *hosts)
{
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-";
    fuzz_require(strlen(hosts) <= COMMAND_LINE_HOSTS_MAX);
    do {
        size_t len = strspn(hosts, word);
        fuzz_require(len > 0 && hosts[0] != '-');
        hosts += len;
        fuzz_require(*hosts == '\0' || *hosts == ',');
    } while (*hosts++ == ',');
}

static void fuzz_request(struct slice come)
{
    struct buffer again = {0};
    struct err err = {0};
    const char *conditions, *hosts;
    switch (command_wire_read_request(come, &conditions, &hosts, &err)) {
    case SUBPROCESS_WIRE_WHOLE:
        fuzz_check_hosts(hosts);
        fuzz_require(conditions[strspn(conditions, condition_bytes)] == '\0');
        command_wire_add_request(&again, conditions, hosts);
        fuzz_require(slice_eq(buffer_slice(&again), come));
        break;
    case SUBPROCESS_WIRE_BAD:
        fuzz_require(err.text[0] != '\0');
        break;
    case SUBPROCESS_WIRE_MORE:
        fuzz_require(come.len <= COMMAND_WIRE_REQUEST_MAX);
        break;
    }
    buffer_free(&again);
}

static void fuzz_frames(struct slice come)
{
    struct subprocess_frame frame;
    struct slice rest = come;
    while (subprocess_wire_take_frame(&rest, &frame) == SUBPROCESS_WIRE_WHOLE) {
        fuzz_require(frame.bytes.at >= come.at + SUBPROCESS_WIRE_HEAD && frame.bytes.at + frame.bytes.len == rest.at);
        fuzz_require(frame.end.fate <= SUBPROCESS_STOPPED && frame.bytes.len <= SUBPROCESS_WIRE_BYTES_MAX);
    }
    fuzz_require(rest.at + rest.len == come.at + come.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct slice come = {(const char *)data, size};
    fuzz_request(come);
    if (size > 0) {
        fuzz_frames(come);
    }
    return 0;
}
