# SPDX-License-Identifier: GPL-3.0-or-later
# system: status and reload.
fcgi_PROGRAMS += fcgi-apps/system/rudder-relay-system
fcgi_apps_system_rudder_relay_system_SOURCES = fcgi-apps/system/main.c
fcgi_apps_system_rudder_relay_system_LDADD = fcgi-apps/system/libsystem.a $(RELAY_LDADD)

noinst_LIBRARIES += fcgi-apps/system/libsystem.a
fcgi_apps_system_libsystem_a_SOURCES = \
	fcgi-apps/system/activity_chart.c fcgi-apps/system/activity_chart.h \
	fcgi-apps/system/hub_health.c fcgi-apps/system/hub_health.h \
	fcgi-apps/system/json_reply.c fcgi-apps/system/json_reply.h \
	fcgi-apps/system/cert_health.c fcgi-apps/system/cert_health.h \
	fcgi-apps/system/config_check.c fcgi-apps/system/config_check.h \
	fcgi-apps/system/health.c fcgi-apps/system/health.h \
	fcgi-apps/system/node_health.c fcgi-apps/system/node_health.h \
	fcgi-apps/system/html_format.c fcgi-apps/system/html_format.h \
	fcgi-apps/system/peer_health.c fcgi-apps/system/peer_health.h \
	fcgi-apps/system/queue_stats.c fcgi-apps/system/queue_stats.h \
	fcgi-apps/system/reload.c fcgi-apps/system/reload.h \
	fcgi-apps/system/status_page.c fcgi-apps/system/status_page.h \
	fcgi-apps/system/status_page_queue.c fcgi-apps/system/status_page_private.h \
	fcgi-apps/system/status_page_style.c \
	fcgi-apps/system/system.c fcgi-apps/system/system.h \
	fcgi-apps/system/html.c fcgi-apps/system/html.h \
	fcgi-apps/system/part_health.c fcgi-apps/system/part_health.h \
	fcgi-apps/system/spool_totals.c fcgi-apps/system/spool_totals.h
