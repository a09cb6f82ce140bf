/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * via_header: lists the servers that a request has passed, so that it does not run in a circle.
 *
 * Source: RFC 9110 section 7.6.3. Servers whose node lists contradict each other could send a request back and forth
 * for ever. So each server adds its node id to Via when it forwards a request, and refuses a request that it has
 * already seen or that has passed too many servers.
 */
#pragma once

#include <stdbool.h>

#include "util/buffer.h"

/* Has a request with this Via (may be NULL) been here already, or come through more servers than there are levels? */
bool via_header_is_loop(const char *via, const char *me);

/* The reason for the client in that case. */
#define VIA_LOOP_REASON "the relays send this request in a circle: their node lists contradict each other"

/* Adds "Via: ..." for the next server to header: the value that the request has (may be NULL), and `me`. */
void via_header_add(struct buffer *header, const char *via, const char *me);
