/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * via_header: the servers that a request has come through, so that it does not run in a circle.
 *
 * Source: RFC 9110 section 7.6.3. Servers whose node lists contradict each other could send a request to and fro for
 * ever. So each one adds its node id to Via when it hands a request on, and a request that comes a second time, or has
 * come through too many, ends.
 */
#ifndef RELAY_VIA_HEADER_H
#define RELAY_VIA_HEADER_H

#include <stdbool.h>

#include "util/buffer.h"

/* Has a request with this Via (may be NULL) been here already, or come through more servers than there are levels? */
bool via_header_is_loop(const char *via, const char *me);

/* What the client may be told then. */
#define VIA_LOOP_REASON "the relays send this request in a circle: their node lists contradict each other"

/* Adds the header for the next server, "Via: ...", to header: the one that the request has (may be NULL), and me. */
void via_header_add(struct buffer *header, const char *via, const char *me);

#endif
