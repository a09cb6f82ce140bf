/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * runlog_seal: a run log becomes what a node uploads: signed with the node's key, encrypted to root if that is wanted,
 * and compressed.
 *
 * Source: PROTOCOL.md section 5: S/MIME multipart/signed as `openssl smime -sign -text -nocerts -md sha256` makes it,
 * in gzip. Encrypted (smime_encrypt.h) it is that, gzip and all, in a message in gzip, as rudder-relay-agent makes it.
 * Keys and certificates are read each time, so that new ones need no restart.
 */
#pragma once

#include <stdbool.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

/* All are the caller's. */
struct runlog_seal {
    const char *keys_directory; /* signs with NODE-ID.key and .cert in there, PEM */
    const char *node_id;
    const char *encrypt_to; /* a certificate, PEM; "": it is not encrypted */
};

/* Appends the file's bytes to out. False with err: keys and certificates cannot be read, do not belong together, or are
 * another node's; or it cannot be encrypted. Never in plain then. */
bool runlog_seal(struct buffer *out, struct slice log, const struct runlog_seal *seal, struct err *err);

/* The first part alone: are there a key and a certificate that can sign for the node? */
bool runlog_seal_check(const struct runlog_seal *seal, struct err *err);
