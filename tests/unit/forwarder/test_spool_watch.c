/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/spool_watch.h"
#include "support/suite.h"

#define NAME(time) "2018-08-24T15:55:" time "+00:00@root.log.gz"

START_TEST(only_run_logs_are_of_interest)
{
    ck_assert(spool_watch_wanted(NAME("01")));
    ck_assert(spool_watch_wanted("a.zip"));
    ck_assert(spool_watch_wanted("a.log"));
    ck_assert(spool_watch_wanted("a.xml.gz"));
    ck_assert(!spool_watch_wanted("a"));
    ck_assert(!spool_watch_wanted("a.log.part"));
    ck_assert(!spool_watch_wanted("a.gz.reason"));
    ck_assert(!spool_watch_wanted(".a8f7.tmp"));
    ck_assert(!spool_watch_wanted(".a.log.gz"));
    ck_assert(!spool_watch_wanted("a.GZ"));
    ck_assert(!spool_watch_wanted(""));
}
END_TEST

SUITE_MAIN("spool_watch", only_run_logs_are_of_interest)
