/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hub: holds the nodes that wait for an order, and hands orders on to them: connected mode.
 *
 *     remote-run --POST /orders--> hub --200 to a waiting GET--> agent or a relay's hub
 *     remote-run <----output------ hub <--PUT output------------ agent or a relay's hub
 *
 * Only nodes open connections (http_conn.h). The waiting nodes are kept in memory (wait_table.h) and the orders on disk
 * (orders.h). The process may be killed at any moment: its successor goes on with the orders as the nodes come back. A
 * relay's hub waits at the hub of the server above (hub_upstream.c), as an agent does.
 *
 * There is one thread. It blocks only on the disk, once for each order.
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
