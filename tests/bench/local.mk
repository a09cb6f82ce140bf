# SPDX-License-Identifier: GPL-3.0-or-later
# Benchmarks: programs that print figures, and scripts around them. `make bench-programs` builds the programs; they are no
# part of `make` nor of `make check`. A new one: a name in BENCHMARKS, SOURCES and LDADD.
BENCHMARKS =
EXTRA_PROGRAMS = $(BENCHMARKS)
CLEANFILES += $(BENCHMARKS)

.PHONY: bench-programs
bench-programs: $(BENCHMARKS)
