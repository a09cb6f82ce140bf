# SPDX-License-Identifier: GPL-3.0-or-later
# policies: GET of a node's policies as one archive.
fcgi_PROGRAMS += fcgi-apps/policies/rudder-relay-policies
fcgi_apps_policies_rudder_relay_policies_SOURCES = fcgi-apps/policies/main.c
fcgi_apps_policies_rudder_relay_policies_LDADD = fcgi-apps/policies/libpolicies.a $(RELAY_LDADD)

noinst_LIBRARIES += fcgi-apps/policies/libpolicies.a
fcgi_apps_policies_libpolicies_a_SOURCES = \
	fcgi-apps/policies/policies.c fcgi-apps/policies/policies.h \
	fcgi-apps/policies/policy_archive.c fcgi-apps/policies/policy_archive.h \
	fcgi-apps/policies/policy_bundle.c fcgi-apps/policies/policy_bundle.h \
	fcgi-apps/policies/policy_manifest.c fcgi-apps/policies/policy_manifest.h \
	fcgi-apps/policies/policy_name.c fcgi-apps/policies/policy_name.h
