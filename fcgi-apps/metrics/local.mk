# SPDX-License-Identifier: GPL-3.0-or-later
# metrics: GET /metrics for Prometheus.
fcgi_PROGRAMS += fcgi-apps/metrics/rudder-relay-metrics
fcgi_apps_metrics_rudder_relay_metrics_SOURCES = fcgi-apps/metrics/main.c
fcgi_apps_metrics_rudder_relay_metrics_LDADD = fcgi-apps/metrics/libmetrics.a $(RELAY_LDADD)

noinst_LIBRARIES += fcgi-apps/metrics/libmetrics.a
fcgi_apps_metrics_libmetrics_a_SOURCES = \
	fcgi-apps/metrics/cert_stats.c fcgi-apps/metrics/cert_stats.h \
	fcgi-apps/metrics/metrics.c fcgi-apps/metrics/metrics.h \
	fcgi-apps/metrics/metrics_lines.c fcgi-apps/metrics/metrics_lines.h \
	fcgi-apps/metrics/metrics_page.c fcgi-apps/metrics/metrics_page.h \
	fcgi-apps/metrics/process_stats.c fcgi-apps/metrics/process_stats.h
