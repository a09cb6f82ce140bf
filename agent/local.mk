# SPDX-License-Identifier: GPL-3.0-or-later
# agent: for nodes. The directory also works as it is, without being installed.
agentlibdir = $(pkgdatadir)/agent
agentconfdir = $(sysconfdir)/rudder-relay
dist_agentlib_DATA = \
	agent/agent-config.sh \
	agent/agent-diff.sh \
	agent/agent-encrypt.sh \
	agent/agent-inventory.sh \
	agent/agent-listen.sh \
	agent/agent-order.sh \
	agent/agent-policies.sh \
	agent/agent-queue.sh \
	agent/agent-runlog.sh \
	agent/agent-shared-files.sh \
	agent/agent-sign.sh \
	agent/agent-upload.sh
bin_SCRIPTS = agent/rudder-relay-agent
dist_man_MANS += agent/rudder-relay-agent.1
dist_noinst_SCRIPTS += agent/rudder-relay-agent.sh
dist_doc_DATA = agent/agent.conf
EXTRA_DIST += agent/rudder-relay-agent.bash-completion
CLEANFILES += agent/rudder-relay-agent

agent/rudder-relay-agent: agent/rudder-relay-agent.sh
	$(AM_V_GEN)$(MKDIR_P) agent && \
	$(SED) -e 's|@agentlib''dir@|$(agentlibdir)|' -e 's|@agent''conf@|$(agentconfdir)/agent.conf|' \
		-e 's|@agent''version@|$(PACKAGE_VERSION)|' \
		'$(srcdir)/agent/rudder-relay-agent.sh' >$@.tmp && chmod +x $@.tmp && mv $@.tmp $@
