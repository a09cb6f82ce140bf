# SPDX-License-Identifier: GPL-3.0-or-later
# httpd-conf: the template of httpd's configuration and the script that fills it in.
dist_sbin_SCRIPTS = httpd-conf/rudder-relay-httpd-conf
dist_pkgdata_DATA += httpd-conf/rudder-relay.conf.in httpd-conf/listener.conf.in httpd-conf/shared-folder.conf.in
