/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/suite.h"
#include "upload/upload_name.h"

#define NODE "e745a140-40bc-4b86-b6dc-084488fc906b"

static bool is_report(struct slice raw, struct upload_name *name)
{
    struct err err = {0};
    bool good = upload_name_report(raw, name, &err);
    ck_assert(good == (err.text[0] == '\0'));
    ck_assert_uint_eq(strlen(name->queue_id), QUEUE_ID_SIZE - 1);
    return good;
}

START_TEST(a_run_logs_name_says_its_node)
{
    static const char *const names[] = {
        "2018-08-24T15:55:01+00:00@" NODE ".log",    "2018-08-24T15:55:01+00:00@" NODE ".log.gz",
        "2018-08-24T15_55_01+00_00@" NODE ".log.gz", NODE "_2018-08-24T15:55:01+00:00.log",
        NODE "_2018-08-24T15:55:01.123+00:00.log.gz", NODE "_2018-08-24T15_55_01+00_00.log.zip",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct upload_name name;
        ck_assert_msg(is_report(slice_from_str(names[i]), &name), "%s", names[i]);
        ck_assert_str_eq(name.text, names[i]);
        ck_assert_str_eq(name.node_id, NODE);
    }
}
END_TEST

START_TEST(what_is_no_run_logs_name_is_refused)
{
    static const char *const names[] = {
        "",
        ".",
        "..",
        "uuid.hive",
        "2018-08-24T15:55:01+00:00@.log",
        "2018-08-24T15:55:01+00:00@" NODE,
        "2018-08-24T15:55:01+00:00@" NODE ".log.bz2",
        "2018-08-24T15:55:01+00:00@" NODE ".log/",
        "../2018-08-24T15:55:01+00:00@" NODE ".log",
        "..\\2018-08-24T15:55:01+00:00@" NODE ".log",
        ".2018-08-24T15:55:01+00:00@" NODE ".log",
        "2018-08-24T15:55:01+00:00@../../etc/passwd.log",
        "2018-08-24T15:55:01+00:00@" NODE ".log\n",
        "2018-08-24T15:55:01+00:00@" NODE "\x7f.log",
        "yesterday@" NODE ".log",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct upload_name name;
        ck_assert_msg(!is_report(slice_from_str(names[i]), &name), "%s", names[i]);
    }
    static const char nul[] = "2018-08-24T15:55:01+00:00@root.log\0.log";
    struct upload_name name;
    ck_assert(!is_report((struct slice){nul, sizeof nul - 1}, &name));
}
END_TEST

static bool test_upload_name_is_inventory(const char *raw)
{
    struct upload_name name;
    struct err err = {0};
    bool good = upload_name_inventory(slice_from_str(raw), &name, &err);
    ck_assert_str_eq(name.node_id, "");
    ck_assert_str_eq(name.text, good || name.text[0] != '\0' ? raw : "");
    return good;
}

START_TEST(an_inventorys_name_is_known_by_its_end)
{
    static const char *const good[] = {"host-" NODE ".ocs",    "host-" NODE ".xml",         "host-" NODE ".ocs.gz",
                                       "host-" NODE ".xml.gz", "host-" NODE ".ocs.gz.sign", "host.xml.sign",
                                       "a b+c:d@e.ocs",        "h\xc3\xb4te.ocs"};
    static const char *const bad[] = {"",           "host",          "host.gz",      "host.sign",
                                      "host.ocs.sign.sign",
                                      ".ocs",       "..ocs",         "host.OCS",     "host.ocs.zip",   "../host.ocs",
                                      "host/a.ocs", "host\\a.ocs",   "ho\nst.ocs",   "host.ocs.gz.gz", "uuid.hive",
                                      "host\xff.ocs", "host.ocs\x01", "host.ocs.reason"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        ck_assert_msg(test_upload_name_is_inventory(good[i]), "%s", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ck_assert_msg(!test_upload_name_is_inventory(bad[i]), "%s", bad[i]);
    }
}
END_TEST

START_TEST(a_name_has_at_most_240_bytes)
{
    char name[300];
    memset(name, 'a', sizeof name);
    memcpy(name + 236, ".ocs", 5);
    ck_assert(test_upload_name_is_inventory(name));
    memset(name, 'a', sizeof name);
    memcpy(name + 237, ".ocs", 5);
    ck_assert(!test_upload_name_is_inventory(name));
}
END_TEST

SUITE_MAIN("upload_name", a_run_logs_name_says_its_node, what_is_no_run_logs_name_is_refused,
           an_inventorys_name_is_known_by_its_end, a_name_has_at_most_240_bytes)
