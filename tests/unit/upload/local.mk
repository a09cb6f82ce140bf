# SPDX-License-Identifier: GPL-3.0-or-later
UPLOAD_TEST_CPPFLAGS = $(FCGI_APPS_CPPFLAGS)
UPLOAD_TEST_LDADD = fcgi-apps/upload/libupload.a lib/endpoint/libendpoint.a $(TEST_LDADD)

if HAVE_CHECK
UNIT_TESTS += \
	tests/unit/upload/test_admission \
	tests/unit/upload/test_upload \
	tests/unit/upload/test_upload_name
endif

tests_unit_upload_test_admission_SOURCES = tests/unit/upload/test_admission.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_upload_test_admission_CPPFLAGS = $(UPLOAD_TEST_CPPFLAGS)
tests_unit_upload_test_admission_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_upload_test_admission_LDADD = $(UPLOAD_TEST_LDADD)

tests_unit_upload_test_upload_SOURCES = tests/unit/upload/test_upload.c tests/support/suite.h tests/support/tmpdir.h tests/support/made_request.h
tests_unit_upload_test_upload_CPPFLAGS = $(UPLOAD_TEST_CPPFLAGS)
tests_unit_upload_test_upload_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_upload_test_upload_LDADD = $(UPLOAD_TEST_LDADD)

tests_unit_upload_test_upload_name_SOURCES = tests/unit/upload/test_upload_name.c tests/support/suite.h
tests_unit_upload_test_upload_name_CPPFLAGS = $(UPLOAD_TEST_CPPFLAGS)
tests_unit_upload_test_upload_name_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_upload_test_upload_name_LDADD = $(UPLOAD_TEST_LDADD)
