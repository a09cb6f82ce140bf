/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "relay/run_info.h"
#include "support/suite.h"

#define NODE "e745a140-40bc-4b86-b6dc-084488fc906b"

START_TEST(names_of_both_forms)
{
    const struct {
        const char *name;
        const char *node_id;
        const char *timestamp;
        enum compression compression;
    } names[] = {
        {"2018-08-24T15:55:01+00:00@" NODE ".log", NODE, "2018-08-24T15:55:01+00:00", COMPRESSION_NONE},
        {"2018-08-24T15:55:01+02:00@root.log.gz", "root", "2018-08-24T15:55:01+02:00", COMPRESSION_GZIP},
        {"2018-08-24T15_55_01-01_00@root.log", "root", "2018-08-24T15:55:01-01:00", COMPRESSION_NONE},
        {"2018-08-24T15:55:01.25+00:00@root.log", "root", "2018-08-24T15:55:01.250+00:00", COMPRESSION_NONE},
        {"2018-08-24T15:55:01+00:00@root.log.zip", "root", "2018-08-24T15:55:01+00:00", COMPRESSION_ZIP},
        {"2018-08-24T15_55_01+00_00@" NODE ".log.zip", NODE, "2018-08-24T15:55:01+00:00", COMPRESSION_ZIP},
        {"root_2018-08-24T15:55:01+00:00.log", "root", "2018-08-24T15:55:01+00:00", COMPRESSION_NONE},
        {NODE "_2018-08-24T15:55:01+00:00.log.gz", NODE, "2018-08-24T15:55:01+00:00", COMPRESSION_GZIP},
        {NODE "_2018-08-24T15_55_01+00_00.log.zip", NODE, "2018-08-24T15:55:01+00:00", COMPRESSION_ZIP},
        {NODE "_2018-08-24T15_55_01.1234567+00_00.log.zip", NODE, "2018-08-24T15:55:01.123456700+00:00",
         COMPRESSION_ZIP},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct run_info info;
        struct err err = {""};
        ck_assert_msg(run_info_parse(names[i].name, strlen(names[i].name), &info, &err), "%s: %s", names[i].name,
                      err.text);
        ck_assert_str_eq(info.node_id, names[i].node_id);
        ck_assert_int_eq(info.compression, names[i].compression);
        char text[TIMESTAMP_TEXT_SIZE];
        timestamp_format(&info.timestamp, text);
        ck_assert_str_eq(text, names[i].timestamp);
    }
}
END_TEST

START_TEST(other_names_are_refused_with_a_reason)
{
    const char *const names[] = {
        "",
        ".log",
        ".gz",
        "@.log",
        "_.log",
        "uuid.hive",
        "root.log",
        "root.ocs.gz",
        "2018-08-24T15:55:01+00:00@root",
        "2018-08-24T15:55:01+00:00@root.gz",
        "2018-08-24T15:55:01+00:00@root.zip",
        "2018-08-24T15:55:01+00:00@root.log.xz",
        "2018-08-24T15:55:01+00:00@root.log.gz.gz",
        "2018-08-24T15:55:01+00:00@root.log.zip.gz",
        "2018-08-24T15:55:01+00:00@root.log.gz.zip",
        "2018-08-24T15:55:01+00:00@root.log.zipx",
        "2018-08-24T15:55:01+00:00@root.log.ZIP",
        "2018-08-24T15:55:01+00:00@root.log.log",
        "2018-08-24T15:55:01+00:00@root.log.gz.tmp",
        "2018-08-24T15:55:01+00:00@.log",
        "@root.log",
        "2018-08-24T15:55:01+00:00@ro_ot.log",
        "2018-08-24T15:55:01+00:00@ro@ot.log",
        "2018-08-24T15:55:01+00:00@../x.log",
        "2018-08-24T15:55:01+00:00@ro ot.log",
        "2018-08-24T15:55:01+00:00@ro\not.log",
        "2018-08-24T15:55:01@root.log",
        "2018-08-24 15:55:01+00:00@root.log",
        "2018-08-34T15:55:01+00:00@root.log",
        "_2018-08-24T15:55:01+00:00.log",
        "root_2018-08-24T15:55:01.log",
        "root-2018-08-24T15:55:01+00:00.log",
        "root_2018-08-24T15:55:01+00:00_x.log",
        "ro_ot_2018-08-24T15:55:01+00:00.log",
        "root_2018-08-24T15:55:01+00:00.log/",
        "root_2018-08-24T15:55:01+00:00.LOG",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct run_info info;
        struct err err = {""};
        ck_assert_msg(!run_info_parse(names[i], strlen(names[i]), &info, &err), "%s", names[i]);
        ck_assert_msg(err.text[0] != '\0', "%s", names[i]);
    }
}
END_TEST

START_TEST(node_ids_have_a_length)
{
    char name[NODE_ID_SIZE + 64];
    for (size_t len = NODE_ID_SIZE - 2; len <= NODE_ID_SIZE; len++) {
        memset(name, 'n', len);
        strcpy(name + len, "_2018-08-24T15:55:01+00:00.log");
        struct run_info info;
        ck_assert_int_eq(run_info_parse(name, strlen(name), &info, NULL), len < NODE_ID_SIZE);
    }
}
END_TEST

START_TEST(a_nul_is_no_end)
{
    const char name[] = "2018-08-24T15:55:01+00:00@root.log\0.log";
    struct run_info info;
    ck_assert(!run_info_parse(name, sizeof name - 1, &info, NULL));
}
END_TEST

/* printf '%s' 2018-08-24T15:55:01+00:00@root.log | sha256sum | cut -c 1-32 | tr a-f A-F */
START_TEST(queue_id_follows_the_name)
{
    const char name[] = "2018-08-24T15:55:01+00:00@root.log";
    char id[QUEUE_ID_SIZE];
    run_info_queue_id(name, sizeof name - 1, id);
    ck_assert_str_eq(id, "6582B6D1B6490CBA69F202ED008193F7");
}
END_TEST

SUITE_MAIN("run_info", names_of_both_forms, other_names_are_refused_with_a_reason, node_ids_have_a_length,
           a_nul_is_no_end, queue_id_follows_the_name)
