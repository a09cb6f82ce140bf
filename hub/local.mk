# SPDX-License-Identifier: GPL-3.0-or-later
# hub: holds waiting nodes and hands orders on to them, in $(libexecdir)/rudder-relay. All but its main is a library, for
# the unit tests.
noinst_LIBRARIES += hub/libhub.a
hub_libhub_a_SOURCES = \
	hub/absent_run.c hub/absent_run.h \
	hub/curl_loop.c hub/curl_loop.h \
	hub/http_conn.c hub/http_conn.h hub/http_conn_private.h \
	hub/http_conn_answer.c \
	hub/http_head.c hub/http_head.h \
	hub/hub.c hub/hub.h hub/hub_private.h \
	hub/hub_client.c hub/hub_orders.c hub/hub_output.c hub/hub_status.c hub/hub_targets.c \
	hub/hub_listen.c hub/hub_listen.h \
	hub/hub_path.c hub/hub_path.h \
	hub/hub_upstream.c hub/hub_upstream.h \
	hub/hub_wait.c hub/hub_wait.h \
	hub/order_clock.c hub/order_clock.h \
	hub/order_file.c hub/order_file.h \
	hub/order_text.c hub/order_text.h \
	hub/orders.c hub/orders.h \
	hub/run_watch.c hub/run_watch.h \
	hub/token_bucket.h \
	hub/upstream_run.c hub/upstream_run.h \
	hub/wait_table.c hub/wait_table.h

dist_man_MANS += hub/rudder-relay-hub.8

hubdir = $(libexecdir)/rudder-relay
hub_PROGRAMS = hub/rudder-relay-hub
hub_rudder_relay_hub_SOURCES = hub/main.c
hub_rudder_relay_hub_LDADD = hub/libhub.a $(RELAY_LDADD)
