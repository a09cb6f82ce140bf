# SPDX-License-Identifier: GPL-3.0-or-later
# policy-proxy: what nodes fetch, on a relay that has it from the policy server above.
fcgi_PROGRAMS += fcgi-apps/policy-proxy/rudder-relay-policy-proxy
fcgi_apps_policy_proxy_rudder_relay_policy_proxy_SOURCES = fcgi-apps/policy-proxy/main.c
fcgi_apps_policy_proxy_rudder_relay_policy_proxy_LDADD = fcgi-apps/policy-proxy/libpolicy-proxy.a $(RELAY_LDADD)

noinst_LIBRARIES += fcgi-apps/policy-proxy/libpolicy-proxy.a
fcgi_apps_policy_proxy_libpolicy_proxy_a_SOURCES = \
	fcgi-apps/policy-proxy/policy_proxy.c fcgi-apps/policy-proxy/policy_proxy.h \
	fcgi-apps/policy-proxy/proxy_copy.c fcgi-apps/policy-proxy/proxy_copy.h \
	fcgi-apps/policy-proxy/proxy_fetch.c fcgi-apps/policy-proxy/proxy_fetch.h \
	fcgi-apps/policy-proxy/proxy_path.c fcgi-apps/policy-proxy/proxy_path.h
