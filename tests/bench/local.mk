# SPDX-License-Identifier: GPL-3.0-or-later
# Benchmarks: programs that print figures, and scripts around them. `make bench-programs` builds the programs; they are
# no part of `make` nor of `make check`. A new one: its line here.
BENCHMARKS = \
	tests/bench/bench_nodes \
	tests/bench/bench_parse \
	tests/bench/bench_stages \
	tests/bench/bench_storage \
	tests/bench/bench_store \
	tests/bench/bench_verify \
	tests/bench/fcgi_nothing \
	tests/bench/feed_runs \
	tests/bench/hub_nodes \
	tests/bench/make_runs \
	tests/bench/put_tls
dist_noinst_SCRIPTS += \
	tests/bench/bench_hub \
	tests/bench/bench_idle \
	tests/bench/bench_inventory \
	tests/bench/bench_remote_run \
	tests/bench/bench_shared_file \
	tests/bench/bench_shared_folder \
	tests/bench/bench_slow_bodies \
	tests/bench/bench_syslog \
	tests/bench/bench_upload \
	tests/bench/bench_virtual \
	tests/bench/end_to_end \
	tests/bench/forward \
	tests/bench/growth \
	tests/bench/seen \
	tests/bench/stages \
	tests/bench/storages \
	tests/bench/store \
	tests/bench/whole_way

EXTRA_PROGRAMS = $(BENCHMARKS)
CLEANFILES += $(BENCHMARKS)

.PHONY: bench-programs
bench-programs: $(BENCHMARKS)
