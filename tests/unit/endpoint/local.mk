# SPDX-License-Identifier: GPL-3.0-or-later
ENDPOINT_TEST_LDADD = lib/endpoint/libendpoint.a $(TEST_LDADD)

if HAVE_CHECK
UNIT_TESTS += \
	tests/unit/endpoint/test_body \
	tests/unit/endpoint/test_request \
	tests/unit/endpoint/test_request_context \
	tests/unit/endpoint/test_response \
	tests/unit/endpoint/test_route \
	tests/unit/endpoint/test_offload
endif

tests_unit_endpoint_test_body_SOURCES = tests/unit/endpoint/test_body.c tests/support/suite.h tests/support/made_request.h
tests_unit_endpoint_test_body_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_endpoint_test_body_LDADD = $(ENDPOINT_TEST_LDADD)

tests_unit_endpoint_test_request_SOURCES = tests/unit/endpoint/test_request.c tests/support/suite.h tests/support/made_request.h
tests_unit_endpoint_test_request_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_endpoint_test_request_LDADD = $(ENDPOINT_TEST_LDADD)

tests_unit_endpoint_test_request_context_SOURCES = tests/unit/endpoint/test_request_context.c tests/support/suite.h \
	tests/support/made_request.h
tests_unit_endpoint_test_request_context_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_endpoint_test_request_context_LDADD = $(ENDPOINT_TEST_LDADD)

tests_unit_endpoint_test_response_SOURCES = tests/unit/endpoint/test_response.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_endpoint_test_response_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_endpoint_test_response_LDADD = $(ENDPOINT_TEST_LDADD)

tests_unit_endpoint_test_offload_SOURCES = tests/unit/endpoint/test_offload.c tests/support/suite.h
tests_unit_endpoint_test_offload_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_endpoint_test_offload_LDADD = $(ENDPOINT_TEST_LDADD)

tests_unit_endpoint_test_route_SOURCES = tests/unit/endpoint/test_route.c tests/support/suite.h tests/support/made_request.h
tests_unit_endpoint_test_route_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_endpoint_test_route_LDADD = $(ENDPOINT_TEST_LDADD)
