/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_key: whose key a shared file was signed with.
 *
 * For a node in our list, the list says it. For any other node a relay asks the server above, which knows more of the
 * tree or asks the next one above (the handler is shared_files_key).
 */
#pragma once

#include "relay/shared_file_signature.h"
#include "shared-files/shared_files.h"

/* Is it the key of the request's source? Returns 200 if so, else the status to answer with, and err: 404 when it is
 * not, 504 when the server above has to be asked and does not answer. */
int shared_key_check_source(const struct shared_files_context *context, const struct shared_file_signature *signature,
                            struct err *err);
