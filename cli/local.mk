# SPDX-License-Identifier: GPL-3.0-or-later
# cli: rudder-relay, the operator's command. All but its main is a library, for the unit tests.
bin_PROGRAMS += cli/rudder-relay
cli_rudder_relay_SOURCES = cli/main.c
cli_rudder_relay_LDADD = cli/libcli.a $(RELAY_LDADD)

noinst_LIBRARIES += cli/libcli.a
cli_libcli_a_SOURCES = \
	cli/check_certificates.c cli/check_certificates.h \
	cli/check_hub.c cli/check_hub.h \
	cli/check_syslog.c cli/check_syslog.h \
	cli/check_server_key.c cli/check_server_key.h \
	cli/check_virtual.c cli/check_virtual.h \
	cli/cmd_adopt.c \
	cli/cmd_check_config.c \
	cli/cmd_drop.c \
	cli/cmd_import_config.c \
	cli/cmd_index.c \
	cli/cmd_purge.c \
	cli/cmd_queue.c \
	cli/cmd_replay.c \
	cli/cmd_runlog_parse.c \
	cli/cmd_runlog_verify.c \
	cli/cmd_sample_config.c \
	cli/cmd_storage.c \
	cli/cmd_virtual.c \
	cli/command.c cli/command.h \
	cli/failed_files.c cli/failed_files.h \
	cli/import_files.c cli/import_files.h \
	cli/purge_compact.c cli/purge_compact.h \
	cli/purge_limits.c cli/purge_limits.h \
	cli/purge_plain.c cli/purge_plain.h \
	cli/queue_list.c cli/queue_list.h \
	cli/queue_report.c cli/queue_report.h \
	cli/queue_report_json.c \
	cli/relayd_database_url.c cli/relayd_database_url.h \
	cli/relayd_import.c cli/relayd_import.h \
	cli/relayd_rules.c cli/relayd_rules.h \
	cli/relayd_value.c cli/relayd_value.h \
	cli/runlog_input.c cli/runlog_input.h \
	cli/runlog_json.c cli/runlog_json.h \
	cli/spool_access.c cli/spool_access.h \
	cli/toml_document.c cli/toml_document.h \
	cli/toml_value.c cli/toml_value.h \
	cli/user_access.c cli/user_access.h

# The sample configuration and the keys' part of relay.conf(5) come from the table of keys, printed by the command
# itself. They are part of the tarball, so that a cross build need not run it. Order-only (after |): a newer program
# alone is no reason.
dist_man_MANS += cli/rudder-relay.1 cli/relay.conf.5
dist_pkgdata_DATA += cli/relay.conf.sample
EXTRA_DIST += cli/relay.conf.5.in cli/rudder-relay.bash-completion
MAINTAINERCLEANFILES += cli/relay.conf.5 cli/relay.conf.sample
RELAY_CONFIG_TABLE = lib/relay/relay_config.c lib/relay/relay_config_groups.c lib/relay/relay_config_keys.c \
	lib/relay/relay_config_keys_programs.h lib/util/config_print.c

cli/relay.conf.sample: $(RELAY_CONFIG_TABLE) | cli/rudder-relay$(EXEEXT)
	$(AM_V_GEN)./cli/rudder-relay$(EXEEXT) sample-config >$@.tmp && mv $@.tmp $@

cli/relay.conf.5: cli/relay.conf.5.in $(RELAY_CONFIG_TABLE) | cli/rudder-relay$(EXEEXT)
	$(AM_V_GEN)./cli/rudder-relay$(EXEEXT) sample-config --mdoc >$@.keys && \
		$(SED) -e '/^@KEYS@$$/r $@.keys' -e '/^@KEYS@$$/d' $(srcdir)/cli/relay.conf.5.in >$@.tmp && \
		rm -f $@.keys && mv $@.tmp $@
