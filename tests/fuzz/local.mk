# SPDX-License-Identifier: GPL-3.0-or-later
# Fuzz targets, one a parser: fuzz_<parser>.c and its seeds in corpus/fuzz_<parser>/ (our own, small, a file a case;
# what a fuzzer found joins them). `make check` replays the seeds. With --enable-fuzzers (CC=clang) the same programs
# are libFuzzer's: `make fuzz FUZZ_SECONDS=300 [FUZZ_TARGETS=tests/fuzz/fuzz_runlog]`; findings stay in the build
# directory.
#
# A new target: a line in FUZZ_TARGETS, SOURCES and LDADD as below.
FUZZ_TARGETS = \
	tests/fuzz/fuzz_config \
	tests/fuzz/fuzz_decompress \
	tests/fuzz/fuzz_shared_folder_request \
	tests/fuzz/fuzz_duration \
	tests/fuzz/fuzz_etag \
	tests/fuzz/fuzz_node_certs \
	tests/fuzz/fuzz_node_list \
	tests/fuzz/fuzz_remote_run \
	tests/fuzz/fuzz_run_info \
	tests/fuzz/fuzz_runlog \
	tests/fuzz/fuzz_shared_file_meta \
	tests/fuzz/fuzz_smime \
	tests/fuzz/fuzz_smime_edited \
	tests/fuzz/fuzz_url_form
FUZZ_SECONDS = 60
FUZZ_LDADD = $(RELAY_LDADD) $(FUZZING_ENGINE)

tests_fuzz_fuzz_shared_folder_request_SOURCES = tests/fuzz/fuzz_shared_folder_request.c $(FUZZ_MAIN)
tests_fuzz_fuzz_shared_folder_request_CPPFLAGS = $(FCGI_APPS_CPPFLAGS)
tests_fuzz_fuzz_shared_folder_request_LDADD = fcgi-apps/shared-folder/libshared_folder.a $(FUZZ_LDADD)

tests_fuzz_fuzz_config_SOURCES = tests/fuzz/fuzz_config.c $(FUZZ_MAIN)
tests_fuzz_fuzz_config_LDADD = $(FUZZ_LDADD)

tests_fuzz_fuzz_duration_SOURCES = tests/fuzz/fuzz_duration.c $(FUZZ_MAIN)
tests_fuzz_fuzz_duration_LDADD = $(FUZZ_LDADD)

tests_fuzz_fuzz_etag_SOURCES = tests/fuzz/fuzz_etag.c $(FUZZ_MAIN)
tests_fuzz_fuzz_etag_LDADD = $(FUZZ_LDADD)

tests_fuzz_fuzz_node_certs_SOURCES = tests/fuzz/fuzz_node_certs.c $(FUZZ_MAIN)
tests_fuzz_fuzz_node_certs_LDADD = $(FUZZ_LDADD)

tests_fuzz_fuzz_node_list_SOURCES = tests/fuzz/fuzz_node_list.c $(FUZZ_MAIN)
tests_fuzz_fuzz_node_list_LDADD = $(FUZZ_LDADD)

tests_fuzz_fuzz_remote_run_SOURCES = tests/fuzz/fuzz_remote_run.c $(FUZZ_MAIN)
tests_fuzz_fuzz_remote_run_LDADD = $(FUZZ_LDADD)

tests_fuzz_fuzz_run_info_SOURCES = tests/fuzz/fuzz_run_info.c $(FUZZ_MAIN)
tests_fuzz_fuzz_run_info_LDADD = $(FUZZ_LDADD)

tests_fuzz_fuzz_runlog_SOURCES = tests/fuzz/fuzz_runlog.c $(FUZZ_MAIN)
tests_fuzz_fuzz_runlog_LDADD = $(FUZZ_LDADD)

tests_fuzz_fuzz_decompress_SOURCES = tests/fuzz/fuzz_decompress.c $(FUZZ_MAIN)
tests_fuzz_fuzz_decompress_LDADD = $(FUZZ_LDADD)

tests_fuzz_fuzz_shared_file_meta_SOURCES = tests/fuzz/fuzz_shared_file_meta.c $(FUZZ_MAIN)
tests_fuzz_fuzz_shared_file_meta_LDADD = $(FUZZ_LDADD)

tests_fuzz_fuzz_smime_SOURCES = tests/fuzz/fuzz_smime.c tests/fuzz/fuzz_smime_certs.h tests/fuzz/smime_differ.c \
	tests/fuzz/smime_differ.h $(FUZZ_MAIN)
tests_fuzz_fuzz_smime_LDADD = $(FUZZ_LDADD)


tests_fuzz_fuzz_smime_edited_SOURCES = tests/fuzz/fuzz_smime_edited.c tests/fuzz/smime_differ.c \
	tests/fuzz/smime_differ.h tests/support/signing.c tests/support/signing.h $(FUZZ_MAIN)
tests_fuzz_fuzz_smime_edited_LDADD = $(FUZZ_LDADD)

tests_fuzz_fuzz_url_form_SOURCES = tests/fuzz/fuzz_url_form.c $(FUZZ_MAIN)
tests_fuzz_fuzz_url_form_LDADD = $(FUZZ_LDADD)

if ENABLE_FUZZERS
FUZZ_MAIN = tests/fuzz/fuzz.h
else
FUZZ_MAIN = tests/fuzz/fuzz.h tests/fuzz/replay_main.c
TESTS += $(FUZZ_TARGETS)
endif
check_PROGRAMS += $(FUZZ_TARGETS)
EXTRA_DIST += tests/fuzz/corpus tests/fuzz/replay_main.c

# What the fuzzer adds goes to the first directory, the seeds stay as they are.
.PHONY: fuzz
fuzz: $(FUZZ_TARGETS)
	@for target in $(FUZZ_TARGETS); do \
		name=`basename $$target`; \
		echo "$$name, $(FUZZ_SECONDS) s"; \
		$(MKDIR_P) fuzz-found/$$name && \
		$$target -max_total_time=$(FUZZ_SECONDS) -timeout=10 -print_final_stats=1 -verbosity=0 \
			-artifact_prefix=fuzz-found/$$name- \
			fuzz-found/$$name $(top_srcdir)/tests/fuzz/corpus/$$name || exit 1; \
	done
