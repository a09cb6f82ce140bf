/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_folder: the handler of the directory that every node may read: PROTOCOL.md section 11.
 *
 * GET and HEAD are answered alike:
 *
 *   400            the path is malformed, or the file is there and the hash is malformed (shared_folder_request.h)
 *   403            the file is there, but this program has no right to read it
 *   404            no such file; also for directories, pipes, sockets, devices, and anything behind a symbolic link
 *   304            the content has the given hash; without a hash: If-None-Match or If-Modified-Since says so
 *   412            without a hash: If-Match or If-Unmodified-Since says so
 *   200, 206, 416  otherwise; a GET gets the file, or the range of it that was asked for
 *
 * A file that keeps changing while it is hashed counts as having another hash: the node fetches it and asks again at
 * its next run.
 */
#pragma once

#include "endpoint/route.h"
#include "relay/relay_config.h"
#include "util/err.h"

/* The directory need not be there yet. Never NULL. */
void *shared_folder_start(const struct relay_config *config, struct err *err);
void shared_folder_stop(void *state);

route_handler shared_folder_answer;
