# SPDX-License-Identifier: GPL-3.0-or-later
# httpd-conf: the template of httpd's configuration and the script that fills it in.
sbin_SCRIPTS = httpd-conf/installed/rudder-relay-httpd-conf
dist_noinst_SCRIPTS += httpd-conf/rudder-relay-httpd-conf
CLEANFILES += httpd-conf/installed/rudder-relay-httpd-conf
dist_man_MANS += httpd-conf/rudder-relay-httpd-conf.8
dist_pkgdata_DATA += httpd-conf/rudder-relay.conf.in httpd-conf/listener.conf.in

# The script also works as it is in the sources; what is installed knows its version.
httpd-conf/installed/rudder-relay-httpd-conf: httpd-conf/rudder-relay-httpd-conf
	$(AM_V_GEN)$(MKDIR_P) httpd-conf/installed && \
	$(SED) -e 's|@httpdconf''version@|$(PACKAGE_VERSION)|' '$(srcdir)/httpd-conf/rudder-relay-httpd-conf' >$@.tmp && \
	chmod +x $@.tmp && mv $@.tmp $@
