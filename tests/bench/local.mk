# SPDX-License-Identifier: GPL-3.0-or-later
# Benchmarks: programs that print figures, and scripts around them. `make bench-programs` builds the programs; they are no
# part of `make` nor of `make check`. A new one: a name in BENCHMARKS, SOURCES and LDADD.
BENCHMARKS = \
	tests/bench/bench_nodes \
	tests/bench/bench_parse \
	tests/bench/bench_store \
	tests/bench/bench_verify \
	tests/bench/fcgi_nothing \
	tests/bench/feed_runs \
	tests/bench/make_runs
EXTRA_PROGRAMS = $(BENCHMARKS)
CLEANFILES += $(BENCHMARKS)

.PHONY: bench-programs
bench-programs: $(BENCHMARKS)

tests_bench_bench_nodes_SOURCES = tests/bench/bench_nodes.c tests/bench/bench.h tests/support/certificate.h
tests_bench_bench_nodes_LDADD = $(RELAY_LDADD)

tests_bench_bench_parse_SOURCES = tests/bench/bench_parse.c tests/bench/bench.h
tests_bench_bench_parse_LDADD = $(RELAY_LDADD)

tests_bench_bench_verify_SOURCES = tests/bench/bench_verify.c tests/bench/bench.h tests/support/signing.c \
	tests/support/signing.h
tests_bench_bench_verify_LDADD = $(RELAY_LDADD)

tests_bench_bench_store_SOURCES = tests/bench/bench_store.c tests/bench/cpu_time.c tests/bench/cpu_time.h \
	tests/support/made_run.c tests/support/made_run.h
tests_bench_bench_store_LDADD = $(RELAY_LDADD)
dist_noinst_SCRIPTS += tests/bench/store

tests_bench_fcgi_nothing_SOURCES = tests/bench/fcgi_nothing.c
tests_bench_fcgi_nothing_LDADD = $(FCGI_LIBS)
dist_noinst_SCRIPTS += tests/bench/bench_idle

tests_bench_feed_runs_SOURCES = tests/bench/feed_runs.c

tests_bench_make_runs_SOURCES = tests/bench/make_runs.c
tests_bench_make_runs_LDADD = $(OPENSSL_LIBS) $(ZLIB_LIBS)
dist_noinst_SCRIPTS += tests/bench/end_to_end tests/bench/forward
dist_noinst_SCRIPTS += tests/bench/bench_remote_run tests/bench/bench_shared_file tests/bench/bench_shared_folder
