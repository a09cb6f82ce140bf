# SPDX-License-Identifier: GPL-3.0-or-later
FORWARDER_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
FORWARDER_TEST_LDADD = forwarder/libforwarder.a $(TEST_LDADD)

if HAVE_CHECK
UNIT_TESTS += \
	tests/unit/forwarder/test_breaker \
	tests/unit/forwarder/test_db_breaker \
	tests/unit/forwarder/test_dispatch \
	tests/unit/forwarder/test_inventory_pair \
	tests/unit/forwarder/test_job \
	tests/unit/forwarder/test_reload_watch \
	tests/unit/forwarder/test_run_queue \
	tests/unit/forwarder/test_sink_upstream \
	tests/unit/forwarder/test_spool_process \
	tests/unit/forwarder/test_spool_source \
	tests/unit/forwarder/test_spool_stats \
	tests/unit/forwarder/test_spool_watch \
	tests/unit/forwarder/test_upstream_answer \
	tests/unit/forwarder/test_worker
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

tests_unit_forwarder_test_inventory_pair_SOURCES = tests/unit/forwarder/test_inventory_pair.c tests/support/suite.h \
	tests/support/made_relay.c tests/support/made_relay.h tests/support/signing.c tests/support/signing.h \
	tests/support/certificate.h tests/support/tmpdir.h tests/support/made_index.h
tests_unit_forwarder_test_inventory_pair_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_inventory_pair_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_inventory_pair_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_job_SOURCES = tests/unit/forwarder/test_job.c tests/support/suite.h \
	tests/support/made_relay.c tests/support/made_relay.h tests/support/signing.c tests/support/signing.h \
	tests/support/certificate.h tests/support/tmpdir.h tests/support/made_index.h
tests_unit_forwarder_test_job_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_job_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_job_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_reload_watch_SOURCES = tests/unit/forwarder/test_reload_watch.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_forwarder_test_reload_watch_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_reload_watch_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_reload_watch_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_run_queue_SOURCES = tests/unit/forwarder/test_run_queue.c tests/support/suite.h
tests_unit_forwarder_test_run_queue_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_run_queue_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_run_queue_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_sink_upstream_SOURCES = tests/unit/forwarder/test_sink_upstream.c tests/support/suite.h \
	tests/support/https_serve.c tests/support/https_serve.h \
	tests/support/made_relay.c tests/support/made_relay.h tests/support/signing.c tests/support/signing.h \
	tests/support/certificate.h tests/support/tmpdir.h tests/support/made_index.h
tests_unit_forwarder_test_sink_upstream_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_sink_upstream_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_sink_upstream_LDADD = $(FORWARDER_TEST_LDADD) $(CURL_LIBS)

tests_unit_forwarder_test_spool_process_SOURCES = tests/unit/forwarder/test_spool_process.c tests/support/suite.h \
	tests/support/made_relay.c tests/support/made_relay.h tests/support/signing.c tests/support/signing.h \
	tests/support/certificate.h tests/support/tmpdir.h tests/support/made_index.h
tests_unit_forwarder_test_spool_process_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_spool_process_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_spool_process_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_spool_source_SOURCES = tests/unit/forwarder/test_spool_source.c tests/support/suite.h \
	tests/support/made_relay.c tests/support/made_relay.h tests/support/signing.c tests/support/signing.h \
	tests/support/certificate.h tests/support/tmpdir.h tests/support/made_index.h
tests_unit_forwarder_test_spool_source_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_spool_source_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_spool_source_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_spool_stats_SOURCES = tests/unit/forwarder/test_spool_stats.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_forwarder_test_spool_stats_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_spool_stats_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_spool_stats_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_spool_watch_SOURCES = tests/unit/forwarder/test_spool_watch.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_forwarder_test_spool_watch_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_spool_watch_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_spool_watch_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_upstream_answer_SOURCES = tests/unit/forwarder/test_upstream_answer.c tests/support/suite.h
tests_unit_forwarder_test_upstream_answer_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_upstream_answer_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_upstream_answer_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_worker_SOURCES = tests/unit/forwarder/test_worker.c tests/support/suite.h \
	tests/support/made_database.c tests/support/made_database.h \
	tests/support/made_relay.c tests/support/made_relay.h tests/support/signing.c tests/support/signing.h \
	tests/support/certificate.h tests/support/tmpdir.h tests/support/made_index.h
tests_unit_forwarder_test_worker_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_worker_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_worker_LDADD = $(FORWARDER_TEST_LDADD)
EXTRA_DIST += tests/support/database.sh
