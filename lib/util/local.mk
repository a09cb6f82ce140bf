# SPDX-License-Identifier: GPL-3.0-or-later
# lib/util: knows nothing of Rudder.
noinst_LIBRARIES += lib/util/libutil.a
lib_util_libutil_a_SOURCES = \
	lib/util/arena.c lib/util/arena.h \
	lib/util/ascii.h \
	lib/util/backoff.c lib/util/backoff.h \
	lib/util/base64.c lib/util/base64.h \
	lib/util/open_beneath.c lib/util/open_beneath.h \
	lib/util/buffer.c lib/util/buffer.h \
	lib/util/clock.h \
	lib/util/close_fd.h \
	lib/util/decompress.c lib/util/decompress.h lib/util/decompress_private.h \
	lib/util/decompress_gzip.c lib/util/decompress_zip.c \
	lib/util/config_file.c lib/util/config_file.h \
	lib/util/config_print.c \
	lib/util/config_table.c lib/util/config_table.h \
	lib/util/config_preprocess.c lib/util/config_preprocess.h \
	lib/util/config_unknown.c \
	lib/util/core_dump.c lib/util/core_dump.h \
	lib/util/digest.c lib/util/digest.h \
	lib/util/duration.c lib/util/duration.h \
	lib/util/err.c lib/util/err.h \
	lib/util/etag.c lib/util/etag.h \
	lib/util/file_cache.c lib/util/file_cache.h lib/util/file_cache_private.h \
	lib/util/file_cache_lock.c lib/util/file_cache_trim.c \
	lib/util/file_status.h \
	lib/util/free_space.c lib/util/free_space.h \
	lib/util/http_client.c lib/util/http_client.h lib/util/http_client_private.h \
	lib/util/http_date.c lib/util/http_date.h \
	lib/util/http_pins.c lib/util/http_pins.h \
	lib/util/http_phrase.c lib/util/http_phrase.h \
	lib/util/http_range.c lib/util/http_range.h \
	lib/util/http_transfer.c \
	lib/util/http_url.c lib/util/http_url.h \
	lib/util/ip_network.c lib/util/ip_network.h \
	lib/util/json_reader.c lib/util/json_reader.h \
	lib/util/json_utf8.c lib/util/json_utf8.h \
	lib/util/line_merge.c lib/util/line_merge.h \
	lib/util/dir_stream.c lib/util/dir_stream.h \
	lib/util/log.c lib/util/log.h \
	lib/util/x509_key.c lib/util/x509_key.h \
	lib/util/xmalloc.c lib/util/xmalloc.h \
	lib/util/mime_header.c lib/util/mime_header.h \
	lib/util/mime_multipart.c lib/util/mime_multipart.h \
	lib/util/printable.c lib/util/printable.h \
	lib/util/random.h \
	lib/util/safe_file.c lib/util/safe_file.h \
	lib/util/same_content.c lib/util/same_content.h \
	lib/util/sd_listen.h \
	lib/util/sd_notify.c lib/util/sd_notify.h \
	lib/util/byte_size.c lib/util/byte_size.h \
	lib/util/siphash.c lib/util/siphash.h \
	lib/util/compare.h lib/util/slice.h \
	lib/util/stop_signal.c lib/util/stop_signal.h \
	lib/util/subprocess.c lib/util/subprocess.h \
	lib/util/subprocess_serve.c lib/util/subprocess_serve.h \
	lib/util/subprocess_wire.c lib/util/subprocess_wire.h \
	lib/util/timestamp.c lib/util/timestamp.h \
	lib/util/unix_socket.c lib/util/unix_socket.h \
	lib/util/url_form.c lib/util/url_form.h \
	lib/util/utf8.c lib/util/utf8.h \
	lib/util/utf8_invisible.c lib/util/utf8_invisible.h
