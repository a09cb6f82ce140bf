# SPDX-License-Identifier: GPL-3.0-or-later
# systemd: units, users and directories. --with-systemdsystemunitdir says where the units go; the other two kinds follow
# the prefix, where systemd looks, too, for /usr and /usr/local.
SYSTEMD_ENDPOINT_SOCKETS = $(patsubst %,systemd/%.socket,$(notdir $(fcgi_PROGRAMS)))
SYSTEMD_ENDPOINT_SERVICES = $(SYSTEMD_ENDPOINT_SOCKETS:.socket=.service)
SYSTEMD_OTHER_UNITS = \
	systemd/rudder-relay-agent-listen.service \
	systemd/rudder-relay-forwarder.service \
	systemd/rudder-relay-hub.service \
	systemd/rudder-relay-hub.socket \
	systemd/rudder-relay-index.path \
	systemd/rudder-relay-index.service \
	systemd/rudder-relay-purge.service \
	systemd/rudder-relay-remote-run-command.socket \
	systemd/rudder-relay-remote-run-command@.service \
	systemd/rudder-relay-virtual.service \
	systemd/rudder-relay-virtual-command.socket \
	systemd/rudder-relay-virtual-command@.service \
	systemd/rudder-relayd-import.service
SYSTEMD_UNITS = $(SYSTEMD_ENDPOINT_SOCKETS) $(SYSTEMD_ENDPOINT_SERVICES) $(SYSTEMD_OTHER_UNITS)

nodist_systemdsystemunit_DATA = $(SYSTEMD_UNITS)
dist_systemdsystemunit_DATA = \
	systemd/rudder-relay.target \
	systemd/rudder-relay-purge.timer \
	systemd/rudder-relayd-import.path
CLEANFILES += $(SYSTEMD_UNITS)
EXTRA_DIST += \
	systemd/endpoint.service.in \
	systemd/endpoint.socket.in \
	systemd/rights \
	systemd/rudder-relay-agent-listen.service.in \
	systemd/rudder-relay-forwarder.service.in \
	systemd/rudder-relay-hub.service.in \
	systemd/rudder-relay-hub.socket.in \
	systemd/rudder-relay-index.path.in \
	systemd/rudder-relay-index.service.in \
	systemd/rudder-relay-purge.service.in \
	systemd/rudder-relay-remote-run-command.socket.in \
	systemd/rudder-relay-remote-run-command@.service.in \
	systemd/rudder-relay-virtual.service.in \
	systemd/rudder-relay-virtual-command.socket.in \
	systemd/rudder-relay-virtual-command@.service.in \
	systemd/rudder-relayd-import.service.in

systemddropindir = $(systemdsystemunitdir)/rudder-relay-.service.d
dist_systemddropin_DATA = systemd/rudder-relay-.service.d/hardening.conf
systemdcommanddir = $(systemdsystemunitdir)/rudder-relay-remote-run-command@.service.d
dist_systemdcommand_DATA = systemd/rudder-relay-remote-run-command@.service.d/hardening.conf
systemdlistendir = $(systemdsystemunitdir)/rudder-relay-agent-listen.service.d
dist_systemdlisten_DATA = systemd/rudder-relay-agent-listen.service.d/hardening.conf

sysusersdir = $(prefix)/lib/sysusers.d
dist_sysusers_DATA = systemd/sysusers.d/rudder-relay.conf

tmpfilesdir = $(prefix)/lib/tmpfiles.d
dist_tmpfiles_DATA = systemd/tmpfiles.d/rudder-relay.conf

# Units that went while they were active would be stopped by nobody, and their sockets would lose their listeners. systemd
# knows the units until it is told to look again, which disable does.
uninstall-local:
	-test -n '$(DESTDIR)' || test ! -d /run/systemd/system || \
		{ systemctl stop rudder-relay.target rudder-relay-agent-listen.service; \
		systemctl disable rudder-relay.target rudder-relay-purge.timer rudder-relay-agent-listen.service; }

SUFFIXES = .path .path.in .service .service.in .socket .socket.in
SUBSTITUTE_UNIT = $(AM_V_GEN)$(MKDIR_P) systemd && $(SED) \
	-e 's|[@]FCGIDIR[@]|$(fcgidir)|' \
	-e 's|[@]BINDIR[@]|$(bindir)|' \
	-e 's|[@]HTTPD_GROUP[@]|$(HTTPD_GROUP)|'

.path.in.path:
	$(SUBSTITUTE_UNIT) $< >$@
.service.in.service:
	$(SUBSTITUTE_UNIT) $< >$@
.socket.in.socket:
	$(SUBSTITUTE_UNIT) $< >$@
$(SYSTEMD_OTHER_UNITS): Makefile

# An endpoint's units: what all have in common, then what this one may do.
$(SYSTEMD_ENDPOINT_SOCKETS): Makefile systemd/endpoint.socket.in
	$(SUBSTITUTE_UNIT) -e "s|[@]NAME[@]|`basename $@ .socket | $(SED) s/rudder-relay-//`|" \
		'$(srcdir)/systemd/endpoint.socket.in' >$@
$(SYSTEMD_ENDPOINT_SERVICES): Makefile systemd/endpoint.service.in $(srcdir)/systemd/rights/*.conf
	$(SUBSTITUTE_UNIT) -e "s|[@]NAME[@]|`basename $@ .service | $(SED) s/rudder-relay-//`|" \
		'$(srcdir)/systemd/endpoint.service.in' >$@.tmp && \
	cat "$(srcdir)/systemd/rights/`basename $@ .service | $(SED) s/rudder-relay-//`.conf" >>$@.tmp && mv $@.tmp $@
