/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * upload: the handlers of the three upload directories: PROTOCOL.md section 8.
 *
 * An upload is answered 201 (new, or beside another file of that name) or 204 (the same bytes are there) once it is on
 * disk, and leaves nothing behind in any other case. In this order:
 *   400 the name is not one for this directory           403 not a sub-node, or another's client certificate (reports)
 *   411, 400, 413 no, a malformed, a too large length; nothing in it; a part of a file 400, compressed on the way 415
 *                                                     503 too many files wait, or no node index yet; with Retry-After
 *   507 too little room on the file system            503, 507 with `Rudder-Relay-Scope: node`: too much of this node
 */
#ifndef RELAY_UPLOAD_UPLOAD_H
#define RELAY_UPLOAD_UPLOAD_H

#include "endpoint/route.h"
#include "relay/relay_config.h"
#include "util/err.h"

/* What the handlers share. Sweeps temporary files that a killed upload left. NULL with err when a directory is not
 * usable. */
void *upload_start(const struct relay_config *config, struct err *err);
void upload_stop(void *state);

route_handler upload_put_report;
route_handler upload_put_inventory;
route_handler upload_put_inventory_update;

#endif
