/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hub_upstream: a relay's hub waits at the hub of the server above, and hands on what was ordered there for nodes below
 * this relay. The connection is made upwards, so nothing has to reach the relay.
 *
 * The relay shows output.upstream.client_certificate_file, and the server above proves itself as output.upstream says
 * (relay/peer.h). An order from above is written here with a ticket of our own and the ticket above in it, then that
 * ticket is written to `.above` in hub.orders_directory, and only then are nodes told: killed at any moment the hub
 * takes no order twice, and loses none. Nodes that are not there are named in the output, if that is wanted.
 *
 * Output goes up in pieces, one at a time and one a second, each sent again until it is taken. Failures are retried
 * with back-off for as long as the hub runs.
 */
#pragma once

#include "hub_private.h"

/* Is there a server above, and a certificate to show to it? */
bool hub_upstream_wanted(const struct relay_config *config);

/* NULL with err. */
struct hub_upstream *hub_upstream_start(struct hub *hub, struct err *err);
void hub_upstream_stop(struct hub_upstream *upstream); /* takes NULL */
