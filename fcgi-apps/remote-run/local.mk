# SPDX-License-Identifier: GPL-3.0-or-later
# remote-run: starts agents, here and by the relays below.
fcgi_PROGRAMS += fcgi-apps/remote-run/rudder-relay-remote-run
fcgi_apps_remote_run_rudder_relay_remote_run_SOURCES = fcgi-apps/remote-run/main.c
fcgi_apps_remote_run_rudder_relay_remote_run_LDADD = fcgi-apps/remote-run/libremote_run.a $(RELAY_LDADD)

# no FastCGI program: its helper, which alone may use sudo
helperdir = $(libexecdir)/rudder-relay
helper_PROGRAMS = fcgi-apps/remote-run/rudder-relay-remote-run-command
fcgi_apps_remote_run_rudder_relay_remote_run_command_SOURCES = fcgi-apps/remote-run/command_main.c
fcgi_apps_remote_run_rudder_relay_remote_run_command_LDADD = fcgi-apps/remote-run/libremote_run.a $(RELAY_LDADD)

noinst_LIBRARIES += fcgi-apps/remote-run/libremote_run.a
fcgi_apps_remote_run_libremote_run_a_SOURCES = \
	fcgi-apps/remote-run/command_call.c fcgi-apps/remote-run/command_call.h \
	fcgi-apps/remote-run/command_helper.c fcgi-apps/remote-run/command_helper.h \
	fcgi-apps/remote-run/command_line.c fcgi-apps/remote-run/command_line.h \
	fcgi-apps/remote-run/command_wire.c fcgi-apps/remote-run/command_wire.h \
	fcgi-apps/remote-run/detach.c fcgi-apps/remote-run/detach.h \
	fcgi-apps/remote-run/remote_run.c fcgi-apps/remote-run/remote_run.h \
	fcgi-apps/remote-run/run.c fcgi-apps/remote-run/run.h \
	fcgi-apps/remote-run/run_command.c fcgi-apps/remote-run/run_command.h \
	fcgi-apps/remote-run/run_hub.c fcgi-apps/remote-run/run_hub.h \
	fcgi-apps/remote-run/run_output.c fcgi-apps/remote-run/run_output.h \
	fcgi-apps/remote-run/run_process.c fcgi-apps/remote-run/run_process.h \
	fcgi-apps/remote-run/run_relays.c fcgi-apps/remote-run/run_relays.h \
	fcgi-apps/remote-run/remote_run_targets.c fcgi-apps/remote-run/remote_run_targets.h \
	fcgi-apps/remote-run/tcp_peer.c fcgi-apps/remote-run/tcp_peer.h
