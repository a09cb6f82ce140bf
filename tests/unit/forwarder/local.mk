# SPDX-License-Identifier: GPL-3.0-or-later
FORWARDER_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
FORWARDER_TEST_LDADD = forwarder/libforwarder.a $(TEST_LDADD)

if HAVE_CHECK
UNIT_TESTS += \
	tests/unit/forwarder/test_breaker \
	tests/unit/forwarder/test_db_breaker \
	tests/unit/forwarder/test_dispatch \
	tests/unit/forwarder/test_reload_watch \
	tests/unit/forwarder/test_run_age \
	tests/unit/forwarder/test_run_queue \
	tests/unit/forwarder/test_spool_stats \
	tests/unit/forwarder/test_spool_watch \
	tests/unit/forwarder/test_upstream_answer
endif

tests_unit_forwarder_test_breaker_SOURCES = tests/unit/forwarder/test_breaker.c tests/support/suite.h
tests_unit_forwarder_test_breaker_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_breaker_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_breaker_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_db_breaker_SOURCES = tests/unit/forwarder/test_db_breaker.c tests/support/suite.h
tests_unit_forwarder_test_db_breaker_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_db_breaker_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_db_breaker_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_dispatch_SOURCES = tests/unit/forwarder/test_dispatch.c tests/support/suite.h
tests_unit_forwarder_test_dispatch_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_dispatch_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_dispatch_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_reload_watch_SOURCES = tests/unit/forwarder/test_reload_watch.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_forwarder_test_reload_watch_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_reload_watch_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_reload_watch_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_run_age_SOURCES = tests/unit/forwarder/test_run_age.c tests/support/suite.h
tests_unit_forwarder_test_run_age_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_run_age_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_run_age_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_run_queue_SOURCES = tests/unit/forwarder/test_run_queue.c tests/support/suite.h
tests_unit_forwarder_test_run_queue_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_run_queue_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_run_queue_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_spool_stats_SOURCES = tests/unit/forwarder/test_spool_stats.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_forwarder_test_spool_stats_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_spool_stats_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_spool_stats_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_spool_watch_SOURCES = tests/unit/forwarder/test_spool_watch.c tests/support/suite.h
tests_unit_forwarder_test_spool_watch_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_spool_watch_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_spool_watch_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_upstream_answer_SOURCES = tests/unit/forwarder/test_upstream_answer.c tests/support/suite.h
tests_unit_forwarder_test_upstream_answer_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_upstream_answer_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_upstream_answer_LDADD = $(FORWARDER_TEST_LDADD)
