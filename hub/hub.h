/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hub: holds the nodes that wait for an order, and hands orders on to them: connected mode.
 *
 *     remote-run --POST /orders--> hub --200 to a waiting GET--> agent or a relay's hub
 *     remote-run <----output------ hub <--PUT output------------ agent or a relay's hub
 *
 * Connections are made by the nodes alone (http_conn.h). Who waits is in memory (wait_table.h), what was ordered on the
 * disk (orders.h): the process may be killed at any moment, and its successor goes on with the orders as the nodes come
 * back. A relay's hub waits at the hub of the server above (hub_upstream.h), as an agent does.
 *
 * One thread does it all; the only thing that it waits for is the disk, once an order.
 */
#pragma once

#include "relay/relay_config.h"
#include "util/err.h"

struct hub;

/* Opens everything. NULL with err. */
struct hub *hub_start(const struct relay_config *config, struct err *err);
/* Runs until SIGTERM or SIGINT. SIGHUP reads logging settings and certificate again. */
void hub_run(struct hub *hub);
void hub_stop(struct hub *hub);
