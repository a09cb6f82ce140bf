# SPDX-License-Identifier: GPL-3.0-or-later
# syslog: gathers runs that come by syslog, in $(libexecdir)/rudder-relay, and rsyslog's configuration for it, as an
# example. All but its main is a library, for the unit tests.
noinst_LIBRARIES += syslog/libsyslog.a
syslog_libsyslog_a_SOURCES = \
	syslog/batch.c syslog/batch.h \
	syslog/gather.c syslog/gather.h \
	syslog/journal_stream.c syslog/journal_stream.h \
	syslog/omprog.c syslog/omprog.h \
	syslog/privileges.c syslog/privileges.h \
	syslog/refusals.c syslog/refusals.h \
	syslog/run_store.c syslog/run_store.h syslog/run_store_private.h \
	syslog/run_store_add.c syslog/run_store_check.c syslog/run_store_end.c \
	syslog/runlog_message.c syslog/runlog_message.h \
	syslog/syslog_line.c syslog/syslog_line.h

dist_man_MANS += syslog/rudder-relay-syslog.8

syslogdir = $(libexecdir)/rudder-relay
syslog_PROGRAMS = syslog/rudder-relay-syslog
syslog_rudder_relay_syslog_SOURCES = syslog/main.c
syslog_rudder_relay_syslog_LDADD = syslog/libsyslog.a $(RELAY_LDADD)

rsyslogdir = $(pkgdatadir)/rsyslog
dist_rsyslog_DATA = syslog/rudder-relay-syslog.conf syslog/rudder-relay-syslog-relay.conf
