/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * inventory_check: takes a signed message with an inventory (inventory_message.h) apart, and verifies it. These are
 * steps of spool_process, in their order.
 *
 * Only the inventory itself says whose it is; its file may have any name. So the message is taken apart, within limits,
 * before its signature is verified. Nothing of it may be used until inventory_check_verify has returned true.
 */
#pragma once

#include <stdbool.h>

#include "spool_process.h"
#include "util/err.h"

/* Takes tools->message apart: file->content becomes the inventory, file->signature its signature file, and
 * file->info.node_id the node that it claims to be of. */
bool inventory_check_read(struct spool_tools *tools, struct spool_file *file, const struct decompress_limits *limits,
                          struct err *reason);

/* The node is new, so the certificate that the inventory brings becomes its only one in tools->certificates. It must
 * say, as the web application wants it, that it is this node's. */
bool inventory_check_brought(struct spool_tools *tools, struct spool_file *file, struct err *reason);

/* Verifies the message and the signature file by tools->certificates. */
bool inventory_check_verify(struct spool_tools *tools, struct spool_file *file, struct err *reason);
