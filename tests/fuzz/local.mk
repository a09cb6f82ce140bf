# SPDX-License-Identifier: GPL-3.0-or-later
# Fuzz targets, one a parser: fuzz_<parser>.c and its seeds in corpus/fuzz_<parser>/ (our own, small, a file a case;
# what a fuzzer found joins them). A new one: its line here. `make check` replays the seeds. With --enable-fuzzers
# (CC=clang) the same programs are libFuzzer's: `make fuzz FUZZ_SECONDS=300 [FUZZ_TARGETS=tests/fuzz/fuzz_runlog]`;
# findings stay in the build directory.
FUZZ_TARGETS = \
	tests/fuzz/fuzz_cert_node_id \
	tests/fuzz/fuzz_command_request \
	tests/fuzz/fuzz_command_wire \
	tests/fuzz/fuzz_config \
	tests/fuzz/fuzz_decompress \
	tests/fuzz/fuzz_duration \
	tests/fuzz/fuzz_etag \
	tests/fuzz/fuzz_hub_request \
	tests/fuzz/fuzz_inventory \
	tests/fuzz/fuzz_json_reader \
	tests/fuzz/fuzz_node_certs \
	tests/fuzz/fuzz_node_list \
	tests/fuzz/fuzz_order_text \
	tests/fuzz/fuzz_proxy_path \
	tests/fuzz/fuzz_remote_run \
	tests/fuzz/fuzz_run_info \
	tests/fuzz/fuzz_run_text \
	tests/fuzz/fuzz_runlog \
	tests/fuzz/fuzz_shared_file_meta \
	tests/fuzz/fuzz_shared_folder_request \
	tests/fuzz/fuzz_smime \
	tests/fuzz/fuzz_smime_decrypt \
	tests/fuzz/fuzz_smime_edited \
	tests/fuzz/fuzz_syslog_line \
	tests/fuzz/fuzz_toml \
	tests/fuzz/fuzz_upstream_answer \
	tests/fuzz/fuzz_url_form \
	tests/fuzz/fuzz_virtual_node
FUZZ_SECONDS = 60

# What the fuzzer adds goes to the first directory, the seeds stay as they are. The time of a single input is that of the
# clock: on a busy machine the keys that a target makes for its first one take more than ten seconds.
.PHONY: fuzz
fuzz: $(FUZZ_TARGETS)
	@for target in $(FUZZ_TARGETS); do \
		name=`basename $$target`; \
		echo "$$name, $(FUZZ_SECONDS) s"; \
		$(MKDIR_P) fuzz-found/$$name && \
		$$target -max_total_time=$(FUZZ_SECONDS) -timeout=60 -print_final_stats=1 -verbosity=0 \
			-artifact_prefix=fuzz-found/$$name- \
			fuzz-found/$$name $(top_srcdir)/tests/fuzz/corpus/$$name || exit 1; \
	done
