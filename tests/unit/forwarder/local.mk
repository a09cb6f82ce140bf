# SPDX-License-Identifier: GPL-3.0-or-later
FORWARDER_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
FORWARDER_TEST_LDADD = forwarder/libforwarder.a $(TEST_LDADD)

if HAVE_CHECK
UNIT_TESTS += \
	tests/unit/forwarder/test_dispatch \
	tests/unit/forwarder/test_informed \
	tests/unit/forwarder/test_outage \
	tests/unit/forwarder/test_run_queue \
	tests/unit/forwarder/test_upstream
endif

tests_unit_forwarder_test_dispatch_SOURCES = tests/unit/forwarder/test_dispatch.c tests/support/suite.h
tests_unit_forwarder_test_dispatch_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_dispatch_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_dispatch_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_informed_SOURCES = tests/unit/forwarder/test_informed.c tests/support/suite.h tests/support/folder.h
tests_unit_forwarder_test_informed_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_informed_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_informed_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_outage_SOURCES = tests/unit/forwarder/test_outage.c tests/support/suite.h
tests_unit_forwarder_test_outage_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_outage_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_outage_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_run_queue_SOURCES = tests/unit/forwarder/test_run_queue.c tests/support/suite.h
tests_unit_forwarder_test_run_queue_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_run_queue_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_run_queue_LDADD = $(FORWARDER_TEST_LDADD)

tests_unit_forwarder_test_upstream_SOURCES = tests/unit/forwarder/test_upstream.c tests/support/suite.h
tests_unit_forwarder_test_upstream_CPPFLAGS = $(FORWARDER_TEST_CPPFLAGS)
tests_unit_forwarder_test_upstream_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_forwarder_test_upstream_LDADD = $(FORWARDER_TEST_LDADD)
