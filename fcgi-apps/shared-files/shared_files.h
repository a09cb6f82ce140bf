/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_files: the handlers for files that one node shares with another.
 *
 * Source: PROTOCOL.md section 11. This project adds two requests:
 *   GET /shared-files/<target>/<source>/<file-id>
 *       The target alone, by its client certificate, gets what was put: metadata, an empty line, the file. 403 for
 *       anybody else, 404 without the file, 304 by If-None-Match with its hash.
 *   HEAD /shared-files/keys/<node-id>?sha256=<hex>&sha512=<hex>
 *       200: the node's public key has that hash; 404: it has not, or the node is unknown here and above. A relay asks
 *       this about a source that is not one of its sub-nodes, because the file has come from another part of the tree.
 *       The relay knows whom it asks, so it needs to trust no server on the file's way.
 */
#pragma once

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

/* Fills in everything but the name. */
void shared_files_begin(struct shared_files_context *context, void *state, struct request *request,
                        struct response *response);

/* Takes the name from the path. False when it is malformed; then the request is refused. */
/* Refuses a client that is neither a node of ours nor the policy server above, on a relay that takes no passwords
 * (client_certificate_by_ca). */
bool shared_files_client_is_known(const struct shared_files_context *context);

bool shared_files_take_name(struct shared_files_context *context);

/* Are the target's files kept here? If not, this answers the request: it refuses or forwards it. */
bool shared_files_is_here(const struct shared_files_context *context);

/* The query, taken apart. False with err when it is malformed. The form is the caller's to free in either case. */
bool shared_files_query(const struct shared_files_context *context, struct url_form *form, struct err *err);
