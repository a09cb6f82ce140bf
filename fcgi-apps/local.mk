# SPDX-License-Identifier: GPL-3.0-or-later
# fcgi-apps: one program an endpoint, in $(libexecdir)/rudder-relay. What a program's handlers are made of is a library
# of its own, so that tests call the handlers without a socket. Each program's directory says in its local.mk what it is
# made of.
fcgidir = $(libexecdir)/rudder-relay
fcgi_PROGRAMS =
dist_man_MANS += fcgi-apps/rudder-relay-endpoints.8

include $(top_srcdir)/fcgi-apps/metrics/local.mk
include $(top_srcdir)/fcgi-apps/policies/local.mk
include $(top_srcdir)/fcgi-apps/policy-proxy/local.mk
include $(top_srcdir)/fcgi-apps/upload/local.mk
include $(top_srcdir)/fcgi-apps/shared-folder/local.mk
include $(top_srcdir)/fcgi-apps/remote-run/local.mk
include $(top_srcdir)/fcgi-apps/system/local.mk
include $(top_srcdir)/fcgi-apps/shared-files/local.mk
