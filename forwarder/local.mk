# SPDX-License-Identifier: GPL-3.0-or-later
# forwarder: the daemon that empties the spool, in $(libexecdir)/rudder-relay. All but its main is a library, for the
# unit tests.
noinst_LIBRARIES += forwarder/libforwarder.a
forwarder_libforwarder_a_SOURCES = \
	forwarder/attempts.c forwarder/attempts.h \
	forwarder/breaker.c forwarder/breaker.h \
	forwarder/cleaner.c forwarder/cleaner.h \
	forwarder/db_breaker.c forwarder/db_breaker.h \
	forwarder/dispatch.c forwarder/dispatch.h \
	forwarder/failed_room.c forwarder/failed_room.h \
	forwarder/forwarder.c forwarder/forwarder.h \
	forwarder/inventory_check.c forwarder/inventory_check.h \
	forwarder/inventory_deliver.c forwarder/inventory_deliver.h \
	forwarder/inventory_message.c forwarder/inventory_message.h \
	forwarder/inventory_pair.c forwarder/inventory_pair.h \
	forwarder/inventory_xml.c forwarder/inventory_xml.h \
	forwarder/job.c forwarder/job.h \
	forwarder/node_index_ensure.c forwarder/node_index_ensure.h \
	forwarder/node_turns.c forwarder/node_turns.h \
	forwarder/reload_watch.c forwarder/reload_watch.h \
	forwarder/run_age.c forwarder/run_age.h \
	forwarder/run_faults.c forwarder/run_faults.h \
	forwarder/run_heap.c forwarder/run_heap.h \
	forwarder/run_queue.c forwarder/run_queue.h \
	forwarder/signed_nodes.c forwarder/signed_nodes.h \
	forwarder/sink_inventory.c forwarder/sink_inventory.h \
	forwarder/sink_upstream.c forwarder/sink_upstream.h \
	forwarder/spool_process.c forwarder/spool_process.h \
	forwarder/spool_source.c forwarder/spool_source.h \
	forwarder/spool_stats.c forwarder/spool_stats.h \
	forwarder/spool_watch.c forwarder/spool_watch.h \
	forwarder/thread.c forwarder/thread.h \
	forwarder/upstream_answer.c forwarder/upstream_answer.h \
	forwarder/upstream_judge.c forwarder/upstream_judge.h \
	forwarder/upstream_login.c forwarder/upstream_login.h \
	forwarder/upstream_transfer.c forwarder/upstream_transfer.h \
	forwarder/work_marks.c forwarder/work_marks.h \
	forwarder/worker.c forwarder/worker.h \
	forwarder/worker_group.c forwarder/worker_group.h \
	forwarder/worker_batch.c forwarder/worker_batch.h \
	forwarder/worker_outcome.c forwarder/worker_outcome.h
dist_man_MANS += forwarder/rudder-relay-forwarder.8

forwarderdir = $(libexecdir)/rudder-relay
forwarder_PROGRAMS = forwarder/rudder-relay-forwarder
forwarder_rudder_relay_forwarder_SOURCES = forwarder/main.c
forwarder_rudder_relay_forwarder_LDADD = forwarder/libforwarder.a $(RELAY_LDADD)
