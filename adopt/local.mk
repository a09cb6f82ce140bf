# SPDX-License-Identifier: GPL-3.0-or-later
# adopt: takes a server of Rudder over from relayd. The command rudder-relay adopt runs the script.
adoptlibdir = $(pkgdatadir)/adopt
dist_adoptlib_DATA = \
	adopt/adopt-check.sh \
	adopt/adopt-files.sh \
	adopt/adopt-probe.sh \
	adopt/adopt-site.sh \
	adopt/adopt-steps.sh \
	adopt/rudder-relayd.service.in
fcgi_SCRIPTS = adopt/rudder-relay-adopt
dist_noinst_SCRIPTS += adopt/rudder-relay-adopt.sh
CLEANFILES += adopt/rudder-relay-adopt

adopt/rudder-relay-adopt: adopt/rudder-relay-adopt.sh Makefile
	$(AM_V_GEN)$(MKDIR_P) adopt && \
	$(SED) -e 's|@conf''dir@|$(sysconfdir)/rudder-relay|' -e 's|@BIN''DIR@|$(bindir)|' -e 's|@SBIN''DIR@|$(sbindir)|' -e 's|@FCGI''DIR@|$(fcgidir)|' \
		-e 's|@adoptlib''dir@|$(adoptlibdir)|' -e 's|@adopt''version@|$(PACKAGE_VERSION)|' \
		'$(srcdir)/adopt/rudder-relay-adopt.sh' >$@.tmp && chmod +x $@.tmp && mv $@.tmp $@
