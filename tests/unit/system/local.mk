# SPDX-License-Identifier: GPL-3.0-or-later
SYSTEM_TEST_CPPFLAGS = $(FCGI_APPS_CPPFLAGS) -I$(top_srcdir)/tests/unit/system
SYSTEM_TEST_LDADD = fcgi-apps/system/libsystem.a lib/endpoint/libendpoint.a $(TEST_LDADD)
SYSTEM_TEST_SHARED = tests/unit/system/made_health.h tests/support/suite.h tests/support/tmpdir.h

if HAVE_CHECK
UNIT_TESTS += \
	tests/unit/relay/test_spool_totals \
	tests/unit/system/test_health \
	tests/unit/system/test_status_page \
	tests/unit/system/test_system \
	tests/unit/util/test_html
endif

tests_unit_relay_test_spool_totals_SOURCES = tests/unit/relay/test_spool_totals.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_relay_test_spool_totals_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_spool_totals_LDADD = $(TEST_LDADD)

tests_unit_system_test_health_SOURCES = tests/unit/system/test_health.c $(SYSTEM_TEST_SHARED)
tests_unit_system_test_health_CPPFLAGS = $(SYSTEM_TEST_CPPFLAGS)
tests_unit_system_test_health_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_system_test_health_LDADD = $(SYSTEM_TEST_LDADD)

tests_unit_system_test_status_page_SOURCES = tests/unit/system/test_status_page.c $(SYSTEM_TEST_SHARED)
tests_unit_system_test_status_page_CPPFLAGS = $(SYSTEM_TEST_CPPFLAGS)
tests_unit_system_test_status_page_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_system_test_status_page_LDADD = $(SYSTEM_TEST_LDADD)

tests_unit_system_test_system_SOURCES = tests/unit/system/test_system.c tests/support/made_request.h $(SYSTEM_TEST_SHARED)
tests_unit_system_test_system_CPPFLAGS = $(SYSTEM_TEST_CPPFLAGS)
tests_unit_system_test_system_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_system_test_system_LDADD = $(SYSTEM_TEST_LDADD)

tests_unit_util_test_html_SOURCES = tests/unit/util/test_html.c tests/support/suite.h
tests_unit_util_test_html_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_html_LDADD = $(TEST_LDADD)
