/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * http_url: URLs of other servers, put together.
 *
 * Source: RFC 3986. Whatever is not one of the unreserved characters (letters, digits, "-._~") is percent-encoded, so
 * that any file name is one path segment and arrives as it was.
 */
#ifndef RELAY_UTIL_HTTP_URL_H
#define RELAY_UTIL_HTTP_URL_H

#include <stdbool.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

/* A host name (letters, digits, "-._", no `-` in front) or an address, IPv6 without brackets? Neither a URL nor a
 * command takes such a text for anything else, a shell that the command starts included. */
bool http_url_is_host(struct slice host);

/* Adds "https://<host>:<port>", an IPv6 address with its brackets. False with err when host is no host name and no
 * address: what comes from a node list could else be another URL. */
bool http_url_server(struct buffer *url, struct slice host, int port, struct err *err);

/* Adds the bytes as one path segment, or as a form's name or value. */
void http_url_escape(struct buffer *url, struct slice text);

#endif
