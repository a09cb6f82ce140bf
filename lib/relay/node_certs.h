/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_certs: walks a PEM file of concatenated certificates, block by block.
 *
 * Source: PROTOCOL.md section 3; PEM as OpenSSL reads it, since httpd is given the same file: a byte order mark in
 * front of a BEGIN line and white space behind it do no harm, `X509 CERTIFICATE` and `TRUSTED CERTIFICATE` are
 * certificates, and a line that is indented, joined to other text or ended by CR alone is not a BEGIN line.
 *
 * One bad certificate among 50,000 must not harm the other nodes, and half a file must not pass for a whole one. So
 * damage within one block (characters that are not base64, no END line before the next BEGIN), malformed BEGIN lines
 * and END lines without one are handed to the callback, which skips them with a warning. A file that ends inside a
 * block was cut off or is being written: that is an error.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "util/err.h"
#include "util/slice.h"

enum { NODE_CERTS_MAX_PEM = 65536 }; /* bytes of base64 in one block; a 4096-bit RSA certificate has 2,000 */

struct node_certs_block {
    struct slice der;  /* valid during the call; empty if there is a fault */
    const char *fault; /* why the block cannot be read; NULL: it can */
    size_t line;       /* where it begins */
};

/* Called for each block, in the order of the file. Returning false stops the walk, which then returns false with the
 * callback's err. */
typedef bool node_certs_visit(void *context, const struct node_certs_block *block, struct err *err);

/* False on a file that ends inside a block, with that block's line in err. Other text between blocks is ignored. */
bool node_certs_walk(struct slice pem, node_certs_visit *visit, void *context, struct err *err);

/* The same from a file, in constant memory. A read error gives false, too. */
bool node_certs_walk_file(FILE *file, node_certs_visit *visit, void *context, struct err *err);
