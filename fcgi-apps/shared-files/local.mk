# SPDX-License-Identifier: GPL-3.0-or-later
# shared-files: files that one node shares with another.
fcgi_PROGRAMS += fcgi-apps/shared-files/rudder-relay-shared-files
fcgi_apps_shared_files_rudder_relay_shared_files_SOURCES = fcgi-apps/shared-files/main.c
fcgi_apps_shared_files_rudder_relay_shared_files_LDADD = fcgi-apps/shared-files/libshared_files.a $(RELAY_LDADD)

noinst_LIBRARIES += fcgi-apps/shared-files/libshared_files.a
fcgi_apps_shared_files_libshared_files_a_SOURCES = \
	fcgi-apps/shared-files/arrival_quota.c fcgi-apps/shared-files/arrival_quota.h \
	fcgi-apps/shared-files/shared_body.c fcgi-apps/shared-files/shared_body.h \
	fcgi-apps/shared-files/shared_cleaner.c fcgi-apps/shared-files/shared_cleaner.h \
	fcgi-apps/shared-files/shared_files.c fcgi-apps/shared-files/shared_files.h \
	fcgi-apps/shared-files/shared_forward.c fcgi-apps/shared-files/shared_forward.h \
	fcgi-apps/shared-files/shared_key.c fcgi-apps/shared-files/shared_key.h \
	fcgi-apps/shared-files/shared_put.c \
	fcgi-apps/shared-files/shared_route.c fcgi-apps/shared-files/shared_route.h \
	fcgi-apps/shared-files/shared_store.c fcgi-apps/shared-files/shared_store.h \
	fcgi-apps/shared-files/shared_file_name.c fcgi-apps/shared-files/shared_file_name.h
