/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * node_certs: walks a PEM file of concatenated certificates, block by block.
 *
 * Source: PROTOCOL.md section 3; PEM as OpenSSL reads it, since httpd is given the same file: a byte order mark in
 * front of a BEGIN line and white space behind it do no harm, `X509 CERTIFICATE` and `TRUSTED CERTIFICATE` are
 * certificates, and a BEGIN line that is indented, glued to other text or ended by CR alone is none.
 *
 * One bad certificate among 50,000 must not cost the other nodes anything, and half a file must not pass for a whole
 * one. So damage that ends within its block (characters that are no base64, an END line that is missing before the next
 * BEGIN) and BEGIN lines that are none are handed to the callback, to be skipped with a warning; a file that ends
 * inside a block was cut off or is being written, and is an error.
 */
#ifndef RELAY_NODE_CERTS_H
#define RELAY_NODE_CERTS_H

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

/* The same from a file, in memory that does not grow with it. A read error is false, too. */
bool node_certs_walk_file(FILE *file, node_certs_visit *visit, void *context, struct err *err);

#endif
