# SPDX-License-Identifier: GPL-3.0-or-later
# lib/relay: the domain. May use lib/util, nothing above.
noinst_LIBRARIES += lib/relay/librelay.a
lib_relay_librelay_a_SOURCES = \
	lib/relay/cert_client.c lib/relay/cert_client.h \
	lib/relay/cert_files.c lib/relay/cert_files.h \
	lib/relay/cert_dates.c lib/relay/cert_dates.h \
	lib/relay/cert_node_id.c lib/relay/cert_node_id.h \
	lib/relay/cert_record.c lib/relay/cert_record.h \
	lib/relay/daemon.c lib/relay/daemon.h \
	lib/relay/decryption_keys.c lib/relay/decryption_keys.h \
	lib/relay/findings.c lib/relay/findings.h \
	lib/relay/hub_tls.c lib/relay/hub_tls.h \
	lib/relay/intake.c lib/relay/intake.h \
	lib/relay/inventory_name.c lib/relay/inventory_name.h \
	lib/relay/node_certs.c lib/relay/node_certs.h \
	lib/relay/node_id.c lib/relay/node_id.h \
	lib/relay/node_index.c lib/relay/node_index.h \
	lib/relay/node_index_key.c \
	lib/relay/node_index_build.c \
	lib/relay/node_index_reuse.c lib/relay/node_index_reuse.h \
	lib/relay/node_index_format.c lib/relay/node_index_format.h \
	lib/relay/node_list.c lib/relay/node_list.h \
	lib/relay/peer.c lib/relay/peer.h lib/relay/peer_pins.c \
	lib/relay/relay_metrics.c lib/relay/relay_metrics.h \
	lib/relay/relay_metrics_table.c lib/relay/relay_metrics_table.h \
	lib/relay/relay_state.c lib/relay/relay_state.h \
	lib/relay/relay_state_file.c lib/relay/relay_state_private.h \
	lib/relay/relay_state_sigbus.c \
	lib/relay/relay_state_seqlock.c \
	lib/relay/relay_state_workers.c \
	lib/relay/report_db.c lib/relay/report_db.h \
	lib/relay/report_db_batch.c lib/relay/report_db_batch.h \
	lib/relay/report_db_binary.c lib/relay/report_db_binary.h \
	lib/relay/report_db_compact.c lib/relay/report_db_compact.h \
	lib/relay/report_db_conninfo.c lib/relay/report_db_conninfo.h \
	lib/relay/report_db_error.c lib/relay/report_db_error.h \
	lib/relay/report_db_conn.c lib/relay/report_db_conn.h \
	lib/relay/report_db_ids.c lib/relay/report_db_ids.h \
	lib/relay/report_db_lookup.c lib/relay/report_db_lookup.h \
	lib/relay/report_db_plan.c lib/relay/report_db_plan.h \
	lib/relay/report_db_storage.c lib/relay/report_db_storage.h \
	lib/relay/report_list_pieces.c lib/relay/report_list_pieces.h \
	lib/relay/report_lists.c lib/relay/report_lists.h \
	lib/relay/report_db_plain.c lib/relay/report_db_plain.h \
	lib/relay/relay_config.c lib/relay/relay_config.h \
	lib/relay/relay_config_check.c lib/relay/relay_config_check.h \
	lib/relay/relay_config_groups.c \
	lib/relay/relay_config_keys.c lib/relay/relay_config_keys.h lib/relay/relay_config_keys_programs.h \
	lib/relay/relay_config_passwords.c \
	lib/relay/remote_run_request.c lib/relay/remote_run_request.h \
	lib/relay/run_info.c lib/relay/run_info.h \
	lib/relay/runlog.c lib/relay/runlog.h \
	lib/relay/runlog_build.c lib/relay/runlog_build.h \
	lib/relay/runlog_header.c lib/relay/runlog_header.h \
	lib/relay/runlog_line.c lib/relay/runlog_line.h \
	lib/relay/runlog_parse.c lib/relay/runlog_parse.h \
	lib/relay/runlog_field.c lib/relay/runlog_field.h \
	lib/relay/runlog_seal.c lib/relay/runlog_seal.h \
	lib/relay/shared_file_meta.c lib/relay/shared_file_meta.h \
	lib/relay/shared_file_signature.c lib/relay/shared_file_signature.h \
	lib/relay/smime_algorithm.c lib/relay/smime_algorithm.h \
	lib/relay/smime_attributes.c lib/relay/smime_attributes.h \
	lib/relay/smime_decrypt.c lib/relay/smime_decrypt.h \
	lib/relay/smime_digest.c lib/relay/smime_digest.h \
	lib/relay/smime_encrypt.c lib/relay/smime_encrypt.h \
	lib/relay/smime_key.c lib/relay/smime_key.h \
	lib/relay/smime_multipart.c lib/relay/smime_multipart.h \
	lib/relay/smime_signature.c lib/relay/smime_signature.h \
	lib/relay/smime_verify.c lib/relay/smime_verify.h \
	lib/relay/spool.c lib/relay/spool.h \
	lib/relay/spool_beside.c lib/relay/spool_beside.h \
	lib/relay/spool_ages.c lib/relay/spool_ages.h \
	lib/relay/spool_claim.c lib/relay/spool_clean.c \
	lib/relay/spool_failed.c lib/relay/spool_private.h \
	lib/relay/spool_put.c lib/relay/spool_put.h \
	lib/relay/spool_set.c lib/relay/spool_set.h lib/relay/spool_sum.h \
	lib/relay/spool_shares.c lib/relay/spool_shares.h \
	lib/relay/syslog_rules.c lib/relay/syslog_rules.h \
	lib/relay/upload_kind.c lib/relay/upload_kind.h \
	lib/relay/via_header.c lib/relay/via_header.h \
	lib/relay/virtual_node.c lib/relay/virtual_node.h \
	lib/relay/virtual_status.c lib/relay/virtual_status.h
