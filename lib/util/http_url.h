/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * http_url: puts together URLs of other servers.
 *
 * Source: RFC 3986. All characters except the unreserved ones (letters, digits, "-._~") are percent-encoded, so that
 * any file name is one path segment and arrives unchanged.
 */
#pragma once

#include <stdbool.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

/* A host name (letters, digits, "-._", no `-` in front) or an address, IPv6 without brackets? Such a text has no other
 * meaning in a URL, in a command, or in a shell that the command starts. */
bool http_url_is_host(struct slice host);

/* Adds "https://<host>:<port>", an IPv6 address with its brackets. False with err when host is neither a host name nor
 * an address: a text from a node list could otherwise make another URL. */
bool http_url_server(struct buffer *url, struct slice host, int port, struct err *err);

/* Adds the bytes as one path segment, or as a form's name or value. */
void http_url_escape(struct buffer *url, struct slice text);
