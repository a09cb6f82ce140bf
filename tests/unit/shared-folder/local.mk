# SPDX-License-Identifier: GPL-3.0-or-later
SHARED_FOLDER_TEST_CPPFLAGS = $(FCGI_APPS_CPPFLAGS)
SHARED_FOLDER_TEST_LDADD = fcgi-apps/shared-folder/libshared_folder.a lib/endpoint/libendpoint.a $(TEST_LDADD)

if HAVE_CHECK
UNIT_TESTS += \
	tests/unit/shared-folder/test_shared_folder_request \
	tests/unit/shared-folder/test_hash_cache \
	tests/unit/shared-folder/test_shared_folder
endif

tests_unit_shared_folder_test_shared_folder_request_SOURCES = tests/unit/shared-folder/test_shared_folder_request.c \
	tests/support/suite.h
tests_unit_shared_folder_test_shared_folder_request_CPPFLAGS = $(SHARED_FOLDER_TEST_CPPFLAGS)
tests_unit_shared_folder_test_shared_folder_request_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_shared_folder_test_shared_folder_request_LDADD = $(SHARED_FOLDER_TEST_LDADD)

tests_unit_shared_folder_test_hash_cache_SOURCES = tests/unit/shared-folder/test_hash_cache.c \
	tests/support/suite.h tests/support/tmpdir.h
tests_unit_shared_folder_test_hash_cache_CPPFLAGS = $(SHARED_FOLDER_TEST_CPPFLAGS)
tests_unit_shared_folder_test_hash_cache_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_shared_folder_test_hash_cache_LDADD = $(SHARED_FOLDER_TEST_LDADD)

tests_unit_shared_folder_test_shared_folder_SOURCES = tests/unit/shared-folder/test_shared_folder.c \
	tests/support/suite.h tests/support/tmpdir.h tests/support/made_request.h
tests_unit_shared_folder_test_shared_folder_CPPFLAGS = $(SHARED_FOLDER_TEST_CPPFLAGS)
tests_unit_shared_folder_test_shared_folder_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_shared_folder_test_shared_folder_LDADD = $(SHARED_FOLDER_TEST_LDADD)
