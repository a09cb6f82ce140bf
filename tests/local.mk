# SPDX-License-Identifier: GPL-3.0-or-later
# Unit tests (Check) mirror lib/, one program a module. `make check` runs them; ./run-tests runs them and the rest.
# Helpers that several tests share live in tests/support.
# What uses lib/util/http_client.h or lib/relay/peer.h has $(CURL_LIBS) behind this; the others do without libcurl.
RELAY_LDADD = lib/relay/librelay.a lib/util/libutil.a $(OPENSSL_LIBS) $(ZLIB_LIBS) $(LIBARCHIVE_LIBS) \
	$(LIBCONFIG_LIBS) $(JANSSON_LIBS) $(LMDB_LIBS) $(LIBPQ_LIBS)
TEST_LDADD = $(RELAY_LDADD) $(CHECK_LIBS)

if HAVE_CHECK
UNIT_TESTS = \
	tests/unit/relay/test_inventory_name \
	tests/unit/relay/test_node_certs \
	tests/unit/relay/test_node_index \
	tests/unit/relay/test_node_index_walk \
	tests/unit/relay/test_node_list \
	tests/unit/util/test_subprocess \
	tests/unit/util/test_tcp_peer \
	tests/unit/util/test_line_merge \
	tests/unit/relay/test_remote_run_request \
	tests/unit/relay/test_remote_run_targets \
	tests/unit/relay/test_via_header \
	tests/unit/cli/test_queue_list \
	tests/unit/relay/test_relay_config \
	tests/unit/relay/test_relay_metrics \
	tests/unit/relay/test_relay_state \
	tests/unit/relay/test_report_db \
	tests/unit/relay/test_run_info \
	tests/unit/relay/test_runlog \
	tests/unit/relay/test_runlog_entries \
	tests/unit/relay/test_runlog_parse \
	tests/unit/relay/test_smime_multipart \
	tests/unit/relay/test_smime_verify \
	tests/unit/relay/test_spool \
	tests/unit/relay/test_spool_ages \
	tests/unit/relay/test_spool_beside \
	tests/unit/util/test_same_content \
	tests/unit/util/test_base64 \
	tests/unit/util/test_open_beneath \
	tests/unit/util/test_config \
	tests/unit/util/test_decompress \
	tests/unit/util/test_digest \
	tests/unit/util/test_duration \
	tests/unit/util/test_http_client \
	tests/unit/util/test_http_date \
	tests/unit/util/test_mime_header \
	tests/unit/util/test_process_stats \
	tests/unit/util/test_safe_file \
	tests/unit/util/test_text \
	tests/unit/util/test_timestamp \
	tests/unit/util/test_url_form
endif
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS) tests/check-layers
EXTRA_DIST += tests/check-layers

tests_unit_util_test_text_SOURCES = tests/unit/util/test_text.c tests/support/suite.h
tests_unit_util_test_text_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_text_LDADD = $(TEST_LDADD)

tests_unit_util_test_digest_SOURCES = tests/unit/util/test_digest.c tests/support/suite.h
tests_unit_util_test_digest_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_digest_LDADD = $(TEST_LDADD)

tests_unit_util_test_process_stats_SOURCES = tests/unit/util/test_process_stats.c tests/support/suite.h
tests_unit_util_test_process_stats_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_process_stats_LDADD = $(TEST_LDADD)

tests_unit_util_test_http_date_SOURCES = tests/unit/util/test_http_date.c tests/support/suite.h
tests_unit_util_test_http_date_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_http_date_LDADD = $(TEST_LDADD)

tests_unit_util_test_duration_SOURCES = tests/unit/util/test_duration.c tests/support/suite.h
tests_unit_util_test_duration_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_duration_LDADD = $(TEST_LDADD)

tests_unit_util_test_safe_file_SOURCES = tests/unit/util/test_safe_file.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_util_test_safe_file_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_safe_file_LDADD = $(TEST_LDADD)

tests_unit_relay_test_run_info_SOURCES = tests/unit/relay/test_run_info.c tests/support/suite.h
tests_unit_relay_test_run_info_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_run_info_LDADD = $(TEST_LDADD)

tests_unit_util_test_timestamp_SOURCES = tests/unit/util/test_timestamp.c tests/support/suite.h
tests_unit_util_test_timestamp_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_timestamp_LDADD = $(TEST_LDADD)

tests_unit_util_test_url_form_SOURCES = tests/unit/util/test_url_form.c tests/support/suite.h
tests_unit_util_test_url_form_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_url_form_LDADD = $(TEST_LDADD)

tests_unit_util_test_open_beneath_SOURCES = tests/unit/util/test_open_beneath.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_util_test_open_beneath_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_open_beneath_LDADD = $(TEST_LDADD)

tests_unit_util_test_base64_SOURCES = tests/unit/util/test_base64.c tests/support/suite.h
tests_unit_util_test_base64_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_base64_LDADD = $(TEST_LDADD)

tests_unit_relay_test_inventory_name_SOURCES = tests/unit/relay/test_inventory_name.c tests/support/suite.h
tests_unit_relay_test_inventory_name_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_inventory_name_LDADD = $(TEST_LDADD)

tests_unit_relay_test_node_certs_SOURCES = tests/unit/relay/test_node_certs.c tests/support/suite.h tests/support/certificate.h
tests_unit_relay_test_node_certs_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_node_certs_LDADD = $(TEST_LDADD)

tests_unit_relay_test_node_list_SOURCES = tests/unit/relay/test_node_list.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_relay_test_node_list_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_node_list_LDADD = $(TEST_LDADD)

tests_unit_relay_test_node_index_SOURCES = tests/unit/relay/test_node_index.c tests/support/suite.h tests/support/certificate.h tests/support/tmpdir.h
tests_unit_relay_test_node_index_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_node_index_LDADD = $(TEST_LDADD)

tests_unit_relay_test_node_index_walk_SOURCES = tests/unit/relay/test_node_index_walk.c tests/support/suite.h tests/support/certificate.h \
	tests/support/tmpdir.h tests/support/made_index.h
tests_unit_relay_test_node_index_walk_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_node_index_walk_LDADD = $(TEST_LDADD)

tests_unit_relay_test_remote_run_request_SOURCES = tests/unit/relay/test_remote_run_request.c tests/support/suite.h
tests_unit_relay_test_remote_run_request_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_remote_run_request_LDADD = $(TEST_LDADD)

tests_unit_util_test_line_merge_SOURCES = tests/unit/util/test_line_merge.c tests/support/suite.h
tests_unit_util_test_line_merge_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_line_merge_LDADD = $(TEST_LDADD)

tests_unit_util_test_subprocess_SOURCES = tests/unit/util/test_subprocess.c tests/support/suite.h
tests_unit_util_test_subprocess_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_subprocess_LDADD = $(TEST_LDADD)

tests_unit_relay_test_remote_run_targets_SOURCES = tests/unit/relay/test_remote_run_targets.c tests/support/suite.h \
	tests/support/tmpdir.h tests/support/made_index.h
tests_unit_relay_test_remote_run_targets_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_remote_run_targets_LDADD = $(TEST_LDADD)

tests_unit_relay_test_via_header_SOURCES = tests/unit/relay/test_via_header.c tests/support/suite.h
tests_unit_relay_test_via_header_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_via_header_LDADD = $(TEST_LDADD)

tests_unit_util_test_tcp_peer_SOURCES = tests/unit/util/test_tcp_peer.c tests/support/suite.h
tests_unit_util_test_tcp_peer_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_tcp_peer_LDADD = $(TEST_LDADD)

include $(top_srcdir)/tests/unit/endpoint/local.mk

tests_unit_relay_test_report_db_SOURCES = tests/unit/relay/test_report_db.c tests/support/suite.h \
	tests/support/made_run.c tests/support/made_run.h
tests_unit_relay_test_report_db_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_report_db_LDADD = $(TEST_LDADD)

include $(top_srcdir)/tests/unit/forwarder/local.mk
include $(top_srcdir)/tests/unit/policies/local.mk
include $(top_srcdir)/tests/unit/shared-files/local.mk
include $(top_srcdir)/tests/unit/shared-folder/local.mk
include $(top_srcdir)/tests/unit/system/local.mk
include $(top_srcdir)/tests/unit/upload/local.mk

# what tests/e2e/store-*.test drive
noinst_PROGRAMS += tests/support/store_driver

tests_support_store_driver_SOURCES = tests/support/store_driver.c tests/support/made_run.c tests/support/made_run.h
tests_support_store_driver_LDADD = $(RELAY_LDADD)

tests_unit_relay_test_runlog_SOURCES = tests/unit/relay/test_runlog.c tests/unit/relay/runlog_told.h tests/support/suite.h
tests_unit_relay_test_runlog_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_runlog_LDADD = $(TEST_LDADD)

tests_unit_relay_test_runlog_entries_SOURCES = tests/unit/relay/test_runlog_entries.c tests/unit/relay/runlog_told.h tests/support/suite.h
tests_unit_relay_test_runlog_entries_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_runlog_entries_LDADD = $(TEST_LDADD)

tests_unit_relay_test_runlog_parse_SOURCES = tests/unit/relay/test_runlog_parse.c tests/unit/relay/runlog_told.h tests/support/suite.h
tests_unit_relay_test_runlog_parse_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_runlog_parse_LDADD = $(TEST_LDADD)

tests_unit_relay_test_smime_multipart_SOURCES = tests/unit/relay/test_smime_multipart.c tests/support/suite.h
tests_unit_relay_test_smime_multipart_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_smime_multipart_LDADD = $(TEST_LDADD)

tests_unit_relay_test_smime_verify_SOURCES = tests/unit/relay/test_smime_verify.c tests/support/suite.h tests/support/signing.c tests/support/signing.h
tests_unit_relay_test_smime_verify_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_smime_verify_LDADD = $(TEST_LDADD)

tests_unit_relay_test_relay_metrics_SOURCES = tests/unit/relay/test_relay_metrics.c tests/support/suite.h
tests_unit_relay_test_relay_metrics_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_relay_metrics_LDADD = $(TEST_LDADD)

tests_unit_relay_test_relay_state_SOURCES = tests/unit/relay/test_relay_state.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_relay_test_relay_state_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_relay_state_LDADD = $(TEST_LDADD)

tests_unit_util_test_decompress_SOURCES = tests/unit/util/test_decompress.c tests/support/suite.h
tests_unit_util_test_decompress_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_decompress_LDADD = $(TEST_LDADD)

noinst_PROGRAMS += tests/support/https_server
tests_support_https_server_SOURCES = tests/support/https_server.c
tests_support_https_server_LDADD = lib/util/libutil.a -lssl $(OPENSSL_LIBS)

tests_unit_util_test_http_client_SOURCES = tests/unit/util/test_http_client.c tests/support/suite.h \
	tests/support/certificate.h tests/support/tmpdir.h
tests_unit_util_test_http_client_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_http_client_LDADD = $(TEST_LDADD) $(CURL_LIBS)

tests_unit_util_test_mime_header_SOURCES = tests/unit/util/test_mime_header.c tests/support/suite.h
tests_unit_util_test_mime_header_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_mime_header_LDADD = $(TEST_LDADD)

# what tests/e2e/upload-broken.test asks with
noinst_PROGRAMS += tests/support/fcgi_client
tests_support_fcgi_client_SOURCES = tests/support/fcgi_client.c

include $(top_srcdir)/tests/fuzz/local.mk
include $(top_srcdir)/tests/bench/local.mk

tests_unit_relay_test_spool_ages_SOURCES = tests/unit/relay/test_spool_ages.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_relay_test_spool_ages_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_spool_ages_LDADD = $(TEST_LDADD)

tests_unit_relay_test_spool_beside_SOURCES = tests/unit/relay/test_spool_beside.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_relay_test_spool_beside_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_spool_beside_LDADD = $(TEST_LDADD)

tests_unit_util_test_same_content_SOURCES = tests/unit/util/test_same_content.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_util_test_same_content_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_same_content_LDADD = $(TEST_LDADD)

tests_unit_relay_test_spool_SOURCES = tests/unit/relay/test_spool.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_relay_test_spool_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_spool_LDADD = $(TEST_LDADD)

tests_unit_util_test_config_SOURCES = tests/unit/util/test_config.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_util_test_config_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_util_test_config_LDADD = $(TEST_LDADD)

tests_unit_relay_test_relay_config_SOURCES = tests/unit/relay/test_relay_config.c tests/support/suite.h tests/support/tmpdir.h
tests_unit_relay_test_relay_config_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_relay_test_relay_config_LDADD = $(TEST_LDADD)

tests_unit_cli_test_queue_list_SOURCES = tests/unit/cli/test_queue_list.c cli/queue_list.c cli/queue_list.h \
	tests/support/suite.h tests/support/tmpdir.h
tests_unit_cli_test_queue_list_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_unit_cli_test_queue_list_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_unit_cli_test_queue_list_LDADD = $(TEST_LDADD)

# Manual pages that the build makes are there after `all`.
TESTS += tests/static/manuals.sh

# systemd's own judgement of the units.
TESTS += tests/static/rights.sh tests/static/units.sh
EXTRA_DIST += tests/static/rights.sh tests/static/units.sh

# What is run from the sources belongs to a release, whole directories of it.
dist_noinst_SCRIPTS += run-tests quickstart
EXTRA_DIST += lab tests/e2e \
	tests/static/manuals.sh tests/static/runner.test tests/static/sources.test \
	tests/support/agent.sh tests/support/dav.sh tests/support/policies.sh tests/support/runner.sh tests/support/tap.sh
