/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_key: whose key a shared file was signed with.
 *
 * A node in our list: as the list says. Another one, on a relay: as the server above says, which knows more of the
 * tree or asks the one above it (the handler is shared_files_key).
 */
#ifndef RELAY_SHARED_FILES_SHARED_KEY_H
#define RELAY_SHARED_FILES_SHARED_KEY_H

#include <stdbool.h>

#include "shared-files/shared_file_signature.h"
#include "shared-files/shared_files.h"

/* Can it be told without asking the server above? */
bool shared_key_is_at_hand(const struct shared_files_context *context);

/* Is it that of the request's source? 200 if so. Else the status to answer with, and err: 404 when it is another's, 504
 * when the server above, which has to be asked, does not say. */
int shared_key_check_source(const struct shared_files_context *context, const struct shared_file_signature *signature,
                            struct err *err);

#endif
