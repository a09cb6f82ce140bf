# SPDX-License-Identifier: GPL-3.0-or-later
# systemd: units, users and folders. --with-systemdsystemunitdir says where the units go; the other two kinds follow
# the prefix, where systemd looks, too, for /usr and /usr/local.
SYSTEMD_UNITS = \
	systemd/rudder-relay-forwarder.service \
	systemd/rudder-relay-index.path \
	systemd/rudder-relay-index.service \
	systemd/rudder-relay-upload.service \
	systemd/rudder-relay-upload.socket

nodist_systemdsystemunit_DATA = $(SYSTEMD_UNITS)
CLEANFILES += $(SYSTEMD_UNITS)
EXTRA_DIST += \
	systemd/rudder-relay-forwarder.service.in \
	systemd/rudder-relay-index.path.in \
	systemd/rudder-relay-index.service.in \
	systemd/rudder-relay-upload.service.in \
	systemd/rudder-relay-upload.socket.in

systemddropindir = $(systemdsystemunitdir)/rudder-relay-.service.d
dist_systemddropin_DATA = systemd/rudder-relay-.service.d/hardening.conf

sysusersdir = $(prefix)/lib/sysusers.d
dist_sysusers_DATA = systemd/sysusers.d/rudder-relay.conf

tmpfilesdir = $(prefix)/lib/tmpfiles.d
dist_tmpfiles_DATA = systemd/tmpfiles.d/rudder-relay.conf

SUFFIXES = .path .path.in .service .service.in .socket .socket.in
SUBSTITUTE_UNIT = $(AM_V_GEN)$(MKDIR_P) systemd && $(SED) \
	-e 's|[@]FCGIDIR[@]|$(fcgidir)|' \
	-e 's|[@]BINDIR[@]|$(bindir)|' \
	-e 's|[@]MULTIWATCH[@]|$(MULTIWATCH)|' \
	-e 's|[@]HTTPD_GROUP[@]|$(HTTPD_GROUP)|'

.path.in.path:
	$(SUBSTITUTE_UNIT) $< >$@
.service.in.service:
	$(SUBSTITUTE_UNIT) $< >$@
.socket.in.socket:
	$(SUBSTITUTE_UNIT) $< >$@
$(SYSTEMD_UNITS): Makefile
