/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_seal: a run log becomes what a node uploads: signed with the node's key, and compressed.
 *
 * Source: PROTOCOL.md section 5: S/MIME multipart/signed as `openssl smime -sign -text -nocerts -md sha256` makes it,
 * in gzip. Key and certificate are read each time, so that new ones need no restart.
 */
#pragma once

#include <stdbool.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

/* Signs with DIRECTORY/NODE-ID.key and .cert, PEM, and appends the file's bytes to out. False with err: they cannot be
 * read, do not belong together, or are another node's. */
bool runlog_seal(struct buffer *out, struct slice log, const char *directory, const char *node_id, struct err *err);

/* The first part alone: are there a key and a certificate that can sign for the node? */
bool runlog_seal_check(const char *directory, const char *node_id, struct err *err);
