/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_folder: the handler of the directory that every node may read: PROTOCOL.md section 11.
 *
 * GET and HEAD are answered alike:
 *   400 the path is not one, or the hash of a file that is there (shared_folder_request.h)
 *   404 no such file; also for directories, pipes, sockets, devices, and whatever a symbolic link leads to, inside or
 * not 403 it is there, and this program may not read it 304 the content has the hash that was given; without one:
 * If-None-Match or If-Modified-Since says so 200, 206, 416 it has not, or none was given. To a GET: the file, or the
 * range of it that was asked for.
 *
 * A file that does not stay the same for as long as it takes to hash it, several times over, counts as having another
 * hash: the node fetches it and asks again at its next run.
 */
#ifndef RELAY_SHARED_FOLDER_SHARED_FOLDER_H
#define RELAY_SHARED_FOLDER_SHARED_FOLDER_H

#include "endpoint/route.h"
#include "relay/relay_config.h"
#include "util/err.h"

/* The directory need not be there yet. Never NULL. */
void *shared_folder_start(const struct relay_config *config, struct err *err);
void shared_folder_stop(void *state);

route_handler shared_folder_answer;

#endif
