/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_files: the handlers for files that one node shares with another.
 *
 * Source: PROTOCOL.md section 11. Besides it, two of this project's own:
 *   GET /shared-files/<target>/<source>/<file-id>
 *       The target alone, by its client certificate, gets what was put: metadata, an empty line, the file. 403 for
 *       anybody else, 404 without the file, 304 by If-None-Match with its hash.
 *   HEAD /shared-files/keys/<node-id>?sha256=<hex>&sha512=<hex>
 *       200: the node's public key has that hash; 404: not, or the node is unknown here and above. A relay asks so
 *       about a source that is none of its sub-nodes: its file has come from another part of the tree. Whom it asks,
 *       it recognises, so it needs to trust nobody on the file's way.
 */
#ifndef RELAY_SHARED_FILES_SHARED_FILES_H
#define RELAY_SHARED_FILES_SHARED_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "endpoint/request_context.h"
#include "relay/relay_config.h"
#include "shared-files/shared_file_name.h"
#include "util/err.h"
#include "util/url_form.h"

struct shared_files {
    const struct relay_config *config;
};

struct shared_files_context {
    struct request_context base;
    const struct relay_config *config;
    struct shared_file_name name;
};

void *shared_files_start(const struct relay_config *config, struct err *err);
void shared_files_stop(void *state);
int64_t shared_files_idle(void *state);

void shared_files_head(void *state, struct request *request, struct response *response);
void shared_files_get(void *state, struct request *request, struct response *response);
void shared_files_key(void *state, struct request *request, struct response *response); /* shared_key.c */
void shared_files_put(void *state, struct request *request, struct response *response); /* shared_put.c */

/* Fills in all but the name. */
void shared_files_begin(struct shared_files_context *context, void *state, struct request *request,
                        struct response *response);

/* Takes the name from the path. Else the request is refused. */
bool shared_files_take_name(struct shared_files_context *context);

/* Does the target have its files here? Else the request is answered: refused, or forwarded. */
bool shared_files_is_here(const struct shared_files_context *context);

/* The query, taken apart. False with err when it is malformed. The form is the caller's to free in either case. */
bool shared_files_query(const struct shared_files_context *context, struct url_form *form, struct err *err);

#endif
