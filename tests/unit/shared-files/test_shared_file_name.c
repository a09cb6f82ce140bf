/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "shared-files/shared_file_name.h"
#include "support/suite.h"

START_TEST(names)
{
    static const char *const bad[] = {"", ".", "..", "a/b", "a b", "a\\b", "a\tb", "\xc3\xa9", "a~", "a:", "a%2e"};
    static const char *const bad_files[] = {"x.metadata", "x.METADATA", ".metadata", ".0123456789abcdef.tmp"};
    struct shared_file_name name;
    struct slice id = slice_from_str("id"), file_id;
    struct err err;
    char long_id[SHARED_FILE_ID_MAX + 2];
    ck_assert(
        shared_file_name_set(&name, slice_from_str("t"), slice_from_str("s-1"), slice_from_str("...a_B.c"), &err));
    ck_assert_str_eq(name.directory, "t/files/s-1");
    ck_assert_str_eq(name.metadata, "...a_B.c.metadata");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct slice it = slice_from_str(bad[i]);
        ck_assert(!shared_file_name_set(&name, it, id, id, &err));
        ck_assert(!shared_file_name_set(&name, id, it, id, &err));
        ck_assert(!shared_file_name_set(&name, id, id, it, &err));
    }
    ck_assert(!shared_file_name_set(&name, id, id, (struct slice){"a\0b", 3}, &err));
    for (size_t i = 0; i < sizeof bad_files / sizeof *bad_files; i++) {
        ck_assert_msg(!shared_file_name_set(&name, id, id, slice_from_str(bad_files[i]), &err), "%s", bad_files[i]);
    }
    memset(long_id, 'a', sizeof long_id);
    ck_assert(shared_file_name_set(&name, id, id, (struct slice){long_id, SHARED_FILE_ID_MAX}, &err));
    ck_assert_uint_eq(strlen(name.metadata), SHARED_FILE_ID_MAX + strlen(".metadata"));
    ck_assert(!shared_file_name_set(&name, id, id, (struct slice){long_id, SHARED_FILE_ID_MAX + 1}, &err));
    ck_assert(!shared_file_name_set(&name, (struct slice){long_id, NODE_ID_SIZE}, id, id, &err));
    ck_assert(shared_file_name_is_metadata("a.metadata", &file_id) && slice_eq_str(file_id, "a"));
    ck_assert(!shared_file_name_is_metadata("metadata", &file_id));
}
END_TEST

SUITE_MAIN("shared_file_name", names)
