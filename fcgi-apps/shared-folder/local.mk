# SPDX-License-Identifier: GPL-3.0-or-later
# shared-folder: the files for all nodes, and their hashes.
fcgi_PROGRAMS += fcgi-apps/shared-folder/rudder-relay-shared-folder
fcgi_apps_shared_folder_rudder_relay_shared_folder_SOURCES = fcgi-apps/shared-folder/main.c
fcgi_apps_shared_folder_rudder_relay_shared_folder_LDADD = fcgi-apps/shared-folder/libshared_folder.a $(RELAY_LDADD)

noinst_LIBRARIES += fcgi-apps/shared-folder/libshared_folder.a
fcgi_apps_shared_folder_libshared_folder_a_SOURCES = \
	fcgi-apps/shared-folder/content_hash.c fcgi-apps/shared-folder/content_hash.h \
	fcgi-apps/shared-folder/shared_folder_request.c fcgi-apps/shared-folder/shared_folder_request.h \
	fcgi-apps/shared-folder/hash_cache.c fcgi-apps/shared-folder/hash_cache.h \
	fcgi-apps/shared-folder/shared_folder.c fcgi-apps/shared-folder/shared_folder.h
