# SPDX-License-Identifier: GPL-3.0-or-later
# lib/endpoint: the FastCGI skeleton, sole user of libfcgi. May use lib/relay and lib/util.
noinst_LIBRARIES += lib/endpoint/libendpoint.a
lib_endpoint_libendpoint_a_SOURCES = \
	lib/endpoint/body.c lib/endpoint/body.h \
	lib/endpoint/client_certificate.c lib/endpoint/client_certificate.h \
	lib/endpoint/endpoint.c lib/endpoint/endpoint.h \
	lib/endpoint/endpoint_options.c lib/endpoint/endpoint_options.h \
	lib/endpoint/fcgi.c lib/endpoint/fcgi.h \
	lib/endpoint/file_answer.c lib/endpoint/file_answer.h \
	lib/endpoint/listener.c lib/endpoint/listener.h \
	lib/endpoint/offload.c lib/endpoint/offload.h \
	lib/endpoint/request.c lib/endpoint/request.h \
	lib/endpoint/request_context.c lib/endpoint/request_context.h \
	lib/endpoint/response.c lib/endpoint/response.h \
	lib/endpoint/route.c lib/endpoint/route.h \
	lib/endpoint/signal_watch.c lib/endpoint/signal_watch.h \
	lib/endpoint/supervisor.c lib/endpoint/supervisor.h
