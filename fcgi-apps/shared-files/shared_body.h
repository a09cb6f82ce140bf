/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_body: takes in the whole body of a request before it goes on to another server. A client may be slow for as
 * long as it likes; a server that is asked may not be made to wait for it.
 */
#pragma once

#include "shared-files/shared_files.h"

/* Reads the body into a file without a name, in the directory of the shared files; from then on the request's body
 * is read from there. False when that failed; then the request is answered. The file ends with the process, so this
 * is for a child (request_context_offload). */
bool shared_body_take(const struct shared_files_context *context);
