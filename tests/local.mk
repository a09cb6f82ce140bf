# SPDX-License-Identifier: GPL-3.0-or-later
# `make check` runs the unit tests, the fuzz targets over their seeds and what can be said of the sources; ./run-tests
# runs these and the rest.
include $(top_srcdir)/tests/unit/local.mk
include $(top_srcdir)/tests/fuzz/local.mk
include $(top_srcdir)/tests/bench/local.mk

# A test, fuzz target or benchmark is one .c file of its program's name, and is linked with all there is: the linker
# takes what is used. So it needs no line but its name's.
LDADD = $(noinst_LIBRARIES) -lssl $(RELAY_LIBS) $(CHECK_LIBS) $(FUZZING_ENGINE)

# what they share
noinst_LIBRARIES += tests/libtests.a
tests_libtests_a_SOURCES = \
	tests/bench/cpu_time.c \
	tests/support/allocated.c \
	tests/fuzz/smime_differ.c \
	tests/support/made_run.c \
	tests/support/signing.c

SCRIPT_TESTS = tests/check-layers tests/static/completion.sh tests/static/manuals.sh tests/static/openapi.sh \
	tests/static/rights.sh tests/static/units.sh
TESTS += $(SCRIPT_TESTS)
check_PROGRAMS += $(FUZZ_TARGETS)
if ENABLE_FUZZERS
# libFuzzer has a main function of its own, so only the fuzz targets are built.
else
tests_libtests_a_SOURCES += tests/fuzz/replay_main.c
TESTS += $(FUZZ_TARGETS)
if HAVE_CHECK
tests_libtests_a_SOURCES += \
	tests/support/https_serve.c \
	tests/support/made_database.c \
	tests/support/made_relay.c
check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
endif
# what end-to-end tests drive
noinst_PROGRAMS += tests/support/fcgi_client tests/support/https_server tests/support/sign_runs \
	tests/support/slow_bodies tests/support/store_driver
endif

# All of it belongs to a release, since a release is tested, too. What is no source of a program comes by pattern.
dist_noinst_SCRIPTS += quickstart run-tests tests/check-layers
EXTRA_DIST += lab tests/fuzz/corpus \
	$(wildcard $(top_srcdir)/tests/*/*.h $(top_srcdir)/tests/*/*/*.h $(top_srcdir)/tests/*/*.sh \
		$(top_srcdir)/tests/*/*.test $(top_srcdir)/tests/*/*.py $(top_srcdir)/tests/*/*.sql)
