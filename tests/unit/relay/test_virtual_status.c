/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/virtual_status.h"

#include "support/suite.h"
#include "support/tmpdir.h"

START_TEST(what_is_written_is_read)
{
    struct tmpdir directory = tmpdir_make();
    struct virtual_status written[] = {
        {.node_id = "one", .last = 1800000000, .took_ms = 1234, .ok = true, .next = 1800000300},
        {.node_id = "two", .reason = {"exit status 2: \"x\""}, .running = true},
    };
    struct virtual_statuses statuses = {written, 2};
    struct err err;
    ck_assert(virtual_statuses_write(&statuses, directory.path, &err));
    ck_assert(virtual_statuses_read(&statuses, directory.path, &err));
    ck_assert_uint_eq(statuses.count, 2);
    const struct virtual_status *two = virtual_statuses_find(&statuses, "two");
    ck_assert_str_eq(two->reason.text, "exit status 2: \"x\"");
    ck_assert(two->running && !two->ok && two->last == 0);
    ck_assert(statuses.at[0].ok && statuses.at[0].last == 1800000000 && statuses.at[0].next == 1800000300);
    ck_assert_int_eq(statuses.at[0].took_ms, 1234);
    ck_assert_ptr_null(virtual_statuses_find(&statuses, "three"));
    virtual_statuses_free(&statuses);
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(anything_else_is_refused)
{
    static const char *const texts[] = {"", "{}", "[]", "{\"nodes\": [1]}", "{\"nodes\": [{\"node\": \"x\"}]}",
                                        "{\"nodes\": "};
    struct tmpdir directory = tmpdir_make();
    struct virtual_statuses statuses;
    struct err err;
    ck_assert(!virtual_statuses_read(&statuses, directory.path, &err));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        tmpdir_write(directory.fd, "status.json", texts[i]);
        ck_assert(!virtual_statuses_read(&statuses, directory.path, &err));
        ck_assert_ptr_null(statuses.at);
    }
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("virtual_status", what_is_written_is_read, anything_else_is_refused)
