# SPDX-License-Identifier: GPL-3.0-or-later
# cli: rudder-relay, the operator's command.
bin_PROGRAMS += cli/rudder-relay
cli_rudder_relay_SOURCES = \
	cli/cmd_check_config.c \
	cli/cmd_index.c \
	cli/cmd_queue.c \
	cli/cmd_replay.c \
	cli/cmd_runlog_parse.c \
	cli/cmd_runlog_verify.c \
	cli/cmd_sample_config.c \
	cli/command.c cli/command.h \
	cli/main.c \
	cli/queue_list.c cli/queue_list.h \
	cli/queue_report.c cli/queue_report.h \
	cli/queue_report_json.c \
	cli/runlog_input.c cli/runlog_input.h \
	cli/spools.c cli/spools.h
cli_rudder_relay_LDADD = $(RELAY_LDADD)
