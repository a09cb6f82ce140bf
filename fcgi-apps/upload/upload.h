/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * upload: the handlers of the three upload directories: PROTOCOL.md section 8.
 *
 * An upload is answered 201 (new, or beside another file of that name) or 204 (the same bytes are there) once it is on
 * disk. In any other case it leaves nothing behind:
 *
 *   400            the name is not allowed in this directory, or is that of a message which nobody here unpacks
 *   403            not a sub-node, or the client certificate of another node (reports)
 *   411, 400, 413  the length is missing, malformed or too large
 *   400, 415       the body is empty or only a part of a file; it has a content encoding
 *   503            too many files wait, or there is no node index yet; with Retry-After
 *   507            too little room on the file system, or too many bytes of this node wait
 *   500            the file could not be written
 *
 * With `Rudder-Relay-Scope: node`, 503 and 507 concern only this node or this name.
 */
#pragma once

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
