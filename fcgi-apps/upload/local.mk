# SPDX-License-Identifier: GPL-3.0-or-later
# upload: PUT of run logs and inventories into the spool.
fcgi_PROGRAMS += fcgi-apps/upload/rudder-relay-upload
fcgi_apps_upload_rudder_relay_upload_SOURCES = fcgi-apps/upload/main.c
fcgi_apps_upload_rudder_relay_upload_LDADD = fcgi-apps/upload/libupload.a $(RELAY_LDADD)

noinst_LIBRARIES += fcgi-apps/upload/libupload.a
fcgi_apps_upload_libupload_a_SOURCES = \
	fcgi-apps/upload/admission.c fcgi-apps/upload/admission.h \
	fcgi-apps/upload/receive.c fcgi-apps/upload/receive.h \
	fcgi-apps/upload/upload.c fcgi-apps/upload/upload.h \
	fcgi-apps/upload/upload_name.c fcgi-apps/upload/upload_name.h
