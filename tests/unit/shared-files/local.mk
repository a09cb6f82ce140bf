# SPDX-License-Identifier: GPL-3.0-or-later
SHARED_FILES_TEST_CPPFLAGS = $(FCGI_APPS_CPPFLAGS)
SHARED_FILES_TEST_LDADD = fcgi-apps/shared-files/libshared_files.a lib/endpoint/libendpoint.a $(TEST_LDADD) $(CURL_LIBS)

if HAVE_CHECK
UNIT_TESTS += \
	tests/unit/relay/test_shared_file \
	tests/unit/shared-files/test_shared_route \
	tests/unit/shared-files/test_shared_store
endif

tests_unit_relay_test_shared_file_SOURCES = tests/unit/relay/test_shared_file.c tests/support/suite.h \
	tests/support/signing.c tests/support/signing.h
tests_unit_relay_test_shared_file_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_shared_file_LDADD = $(TEST_LDADD)

tests_unit_shared_files_test_shared_route_SOURCES = tests/unit/shared-files/test_shared_route.c \
	tests/support/suite.h tests/support/tmpdir.h tests/support/made_index.h
tests_unit_shared_files_test_shared_route_CPPFLAGS = $(SHARED_FILES_TEST_CPPFLAGS)
tests_unit_shared_files_test_shared_route_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_shared_files_test_shared_route_LDADD = $(SHARED_FILES_TEST_LDADD)

tests_unit_shared_files_test_shared_store_SOURCES = tests/unit/shared-files/test_shared_store.c \
	tests/support/suite.h tests/support/tmpdir.h
tests_unit_shared_files_test_shared_store_CPPFLAGS = $(SHARED_FILES_TEST_CPPFLAGS)
tests_unit_shared_files_test_shared_store_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_shared_files_test_shared_store_LDADD = $(SHARED_FILES_TEST_LDADD)
