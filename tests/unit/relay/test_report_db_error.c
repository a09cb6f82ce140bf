/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What each SQLSTATE of PostgreSQL's list (errcodes.txt of version 17) means.
 */
#include <stdio.h>
#include <string.h>

#include "relay/report_db_error.h"
#include "support/suite.h"

static const struct {
    enum report_db_error fault;
    const char *sqlstates;
} meanings[] = {
    /* the run says what no database could take */
    {REPORT_DB_ERROR_FINAL, "22021 22008 22007"},
    /* data errors that only somebody's trigger or function raises */
    {REPORT_DB_ERROR_DATA,
     "22000 2202E 22012 22005 2200B 22022 22015 2201E 22014 22016 2201F 2201G 22018 22019 2200D 22025 "
     "22P06 22010 22013 2201B 2201W 2201X 2202H 2202G 22009 2200C 2200G 22002 22026 22011 22027 22024 "
     "2200F 22P01 2200L 2200M 2200N 2200S 2200T 22030 22031 22032 22033 22034 22035 22036 22037 22038 "
     "22039 2203A 2203B 2203C 2203D 2203E 2203F 2203G"},
    /* time-outs */
    {REPORT_DB_ERROR_SLOW, "55P03 57014"},
    /* the server, or our way to it */
    {REPORT_DB_ERROR_DOWN,
     "08000 08003 08006 08001 08004 08007 08P01 25006 28000 28P01 3D000 53300 57000 57P01 57P02 57P03 "
     "57P04 57P05 F0000 F0001"},
    /* how the database is set up; without a constraint's name those of class 23, too */
    {REPORT_DB_ERROR_SETUP,
     "0A000 0B000 0L000 0LP01 0P000 22023 22004 22003 2200H 22001 22P02 22P03 22P04 22P05 22P07 23000 "
     "23001 23502 23503 23505 23514 23P01 2B000 2BP01 3F000 42000 42601 42501 42846 42803 42P20 42P19 "
     "42830 42602 42622 42939 42804 42P18 42P21 42P22 42809 428C9 42703 42883 42P01 42P02 42704 42701 "
     "42P03 42P04 42723 42P05 42P06 42P07 42712 42710 42702 42725 42P08 42P09 42P10 42611 42P11 42P12 "
     "42P13 42P14 42P15 42P16 42P17 44000 53000 53100 53400 55000 55006 55P02 58000 58030 58P01 58P02 "
     "HV000 HV005 HV002 HV010 HV021 HV024 HV007 HV008 HV004 HV006 HV091 HV00B HV00C HV00D HV090 HV00A "
     "HV009 HV014 HV001 HV00P HV00J HV00K HV00Q HV00R HV00L HV00M HV00N 58P03"},
    /* all others */
    {REPORT_DB_ERROR_UNSURE,
     "00000 01000 0100C 01008 01003 01007 01006 01004 01P01 02000 02001 03000 09000 0F000 0F001 0Z000 "
     "0Z002 20000 21000 24000 25000 25001 25002 25008 25003 25004 25005 25007 25P01 25P02 25P03 26000 "
     "27000 2D000 2F000 2F005 2F002 2F003 2F004 34000 38000 38001 38002 38003 38004 39000 39001 39004 "
     "39P01 39P02 39P03 3B000 3B001 40000 40002 40001 40003 40P01 53200 54000 54001 54011 54023 55P04 "
     "72000 P0000 P0001 P0002 P0003 P0004 XX000 XX001 XX002 25P04 10608"},
};

START_TEST(each_sqlstate_has_its_meaning)
{
    size_t codes = 0;
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        char sqlstate[SQLSTATE_SIZE] = "";
        for (const char *at = meanings[i].sqlstates; strlen(at) >= 5; at += at[5] == ' ' ? 6 : 5) {
            memcpy(sqlstate, at, 5);
            ck_assert_msg(report_db_error_of(sqlstate, "", true) == meanings[i].fault, "%s", sqlstate);
            codes++;
        }
    }
    ck_assert_uint_eq(codes, 264);
}
END_TEST

START_TEST(what_our_own_statements_lack_is_missing_for_all)
{
    ck_assert_int_eq(report_db_error_of("42P01", "", false), REPORT_DB_ERROR_DOWN);
    ck_assert_int_eq(report_db_error_of("42501", "", false), REPORT_DB_ERROR_DOWN);
    ck_assert_int_eq(report_db_error_of("3F000", "", false), REPORT_DB_ERROR_DOWN);
    ck_assert_int_eq(report_db_error_of("53100", "", false), REPORT_DB_ERROR_SETUP);
    ck_assert_int_eq(report_db_error_of("XX000", "", false), REPORT_DB_ERROR_UNSURE);
}
END_TEST

START_TEST(what_nobody_has_heard_of_is_unsure)
{
    ck_assert_int_eq(report_db_error_of("ZZ999", "", true), REPORT_DB_ERROR_UNSURE);
    ck_assert_int_eq(report_db_error_of("", "", true), REPORT_DB_ERROR_UNSURE);
}
END_TEST

START_TEST(only_our_own_constraints_are_a_fault_of_the_run)
{
    static const char *const columns[] = {"nodeid", "directiveid", "ruleid", "reportid", "component"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        char name[64];
        snprintf(name, sizeof name, "ruddersysevents_%s_check", columns[i]);
        ck_assert_int_eq(report_db_error_of("23514", name, true), REPORT_DB_ERROR_FINAL);
        ck_assert_int_eq(report_db_error_of("23502", name, true), REPORT_DB_ERROR_SETUP);
    }
    ck_assert_int_eq(report_db_error_of("23514", "ruddersysevents_msg_check", true), REPORT_DB_ERROR_SETUP);
    ck_assert_int_eq(report_db_error_of("23514", "no_x", true), REPORT_DB_ERROR_SETUP);
    ck_assert_int_eq(report_db_error_of("23505", "reportsexecution_pkey", true), REPORT_DB_ERROR_CONFLICT);
    ck_assert_int_eq(report_db_error_of("23505", "reportsexecution_2026_11_pkey", true), REPORT_DB_ERROR_CONFLICT);
    ck_assert_int_eq(report_db_error_of("23505", "reportsexecution_one_config", true), REPORT_DB_ERROR_SETUP);
    ck_assert_int_eq(report_db_error_of("23505", "ruddersysevents_pkey", true), REPORT_DB_ERROR_SETUP);
    ck_assert_int_eq(report_db_error_of("23503", "reportsexecution_pkey", true), REPORT_DB_ERROR_SETUP);
}
END_TEST

SUITE_MAIN("report_db_error", each_sqlstate_has_its_meaning, what_our_own_statements_lack_is_missing_for_all,
           what_nobody_has_heard_of_is_unsure, only_our_own_constraints_are_a_fault_of_the_run)
