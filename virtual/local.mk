# SPDX-License-Identifier: GPL-3.0-or-later
# virtual: runs commands for nodes without an agent, two programs in $(libexecdir)/rudder-relay. All but their mains is a
# library, for the unit tests. The examples are for use as they are, too.
noinst_LIBRARIES += virtual/libvirtual.a
virtual_libvirtual_a_SOURCES = \
	virtual/command_request.c virtual/command_request.h \
	virtual/command_run.c virtual/command_run.h \
	virtual/command_server.c virtual/command_server.h \
	virtual/outbox.c virtual/outbox.h \
	virtual/places.c virtual/places.h \
	virtual/run_text.c virtual/run_text.h \
	virtual/schedule.c virtual/schedule.h \
	virtual/virtual.c virtual/virtual.h \
	virtual/virtual_run.c virtual/virtual_run.h \
	virtual/watch.c virtual/watch.h

dist_man_MANS += virtual/rudder-relay-virtual.8

virtualdir = $(libexecdir)/rudder-relay
virtual_PROGRAMS = virtual/rudder-relay-virtual virtual/rudder-relay-virtual-command
virtual_rudder_relay_virtual_SOURCES = virtual/main.c
virtual_rudder_relay_virtual_LDADD = virtual/libvirtual.a $(RELAY_LDADD)
virtual_rudder_relay_virtual_command_SOURCES = virtual/command_main.c
virtual_rudder_relay_virtual_command_LDADD = virtual/libvirtual.a $(RELAY_LDADD)

virtualexamplesdir = $(pkgdatadir)/virtual
dist_virtualexamples_DATA = virtual/examples/report.sh virtual/examples/web.conf virtual/examples/switch.conf
dist_virtualexamples_SCRIPTS = virtual/examples/check-http virtual/examples/check-ssh virtual/examples/check-snmp \
	virtual/examples/make-node
