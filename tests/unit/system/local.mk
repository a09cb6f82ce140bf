# SPDX-License-Identifier: GPL-3.0-or-later
if HAVE_CHECK
UNIT_TESTS += \
	tests/unit/relay/test_spool_totals \
	tests/unit/util/test_html
endif

tests_unit_relay_test_spool_totals_SOURCES = tests/unit/relay/test_spool_totals.c tests/support/suite.h tests/support/folder.h
tests_unit_relay_test_spool_totals_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_spool_totals_LDADD = $(TEST_LDADD)

tests_unit_util_test_html_SOURCES = tests/unit/util/test_html.c tests/support/suite.h
tests_unit_util_test_html_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_html_LDADD = $(TEST_LDADD)
