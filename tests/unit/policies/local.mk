# SPDX-License-Identifier: GPL-3.0-or-later
POLICIES_TEST_CPPFLAGS = $(FCGI_APPS_CPPFLAGS) -I$(top_srcdir)/tests/unit/policies
POLICIES_TEST_LDADD = fcgi-apps/policies/libpolicies.a lib/endpoint/libendpoint.a $(TEST_LDADD)
POLICIES_TEST_SHARED = tests/unit/policies/tree.h tests/support/suite.h tests/support/tmpdir.h

if HAVE_CHECK
UNIT_TESTS += \
	tests/unit/policies/test_policies \
	tests/unit/policies/test_policy_archive \
	tests/unit/policies/test_policy_cache \
	tests/unit/policies/test_policy_manifest \
	tests/unit/util/test_etag
endif

tests_unit_policies_test_policies_SOURCES = tests/unit/policies/test_policies.c tests/support/made_request.h \
	$(POLICIES_TEST_SHARED)
tests_unit_policies_test_policies_CPPFLAGS = $(POLICIES_TEST_CPPFLAGS)
tests_unit_policies_test_policies_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_policies_test_policies_LDADD = $(POLICIES_TEST_LDADD)

tests_unit_policies_test_policy_archive_SOURCES = tests/unit/policies/test_policy_archive.c $(POLICIES_TEST_SHARED)
tests_unit_policies_test_policy_archive_CPPFLAGS = $(POLICIES_TEST_CPPFLAGS)
tests_unit_policies_test_policy_archive_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_policies_test_policy_archive_LDADD = $(POLICIES_TEST_LDADD)

tests_unit_policies_test_policy_cache_SOURCES = tests/unit/policies/test_policy_cache.c $(POLICIES_TEST_SHARED)
tests_unit_policies_test_policy_cache_CPPFLAGS = $(POLICIES_TEST_CPPFLAGS)
tests_unit_policies_test_policy_cache_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_policies_test_policy_cache_LDADD = $(POLICIES_TEST_LDADD)

tests_unit_policies_test_policy_manifest_SOURCES = tests/unit/policies/test_policy_manifest.c $(POLICIES_TEST_SHARED)
tests_unit_policies_test_policy_manifest_CPPFLAGS = $(POLICIES_TEST_CPPFLAGS)
tests_unit_policies_test_policy_manifest_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_policies_test_policy_manifest_LDADD = $(POLICIES_TEST_LDADD)

tests_unit_util_test_etag_SOURCES = tests/unit/util/test_etag.c tests/support/suite.h
tests_unit_util_test_etag_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_etag_LDADD = $(TEST_LDADD)
