/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_file_meta: the metadata in front of a file that one node shares with another: who made it, its hash, its
 * signature.
 *
 * Source: PROTOCOL.md section 11. Lines `key=value` that end with LF or CRLF, the last one also with the text, in any
 * order: header, algorithm, digest (the signature), hash_value, short_pubkey, hostname, keydate, keyid. Each of these
 * must be there once and not be empty. Also refused: another header or algorithm, a hash that is not as long as the
 * algorithm's, a signature or key that is not hex or base64, a line without `=`, a control character, text beyond the
 * limits below. The server sets `expires`: a client's value is ignored. Other keys are ignored and not stored.
 *
 * Values are stored as they came, so that an agent reads what an agent wrote.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buffer.h"
#include "util/digest.h"
#include "util/err.h"
#include "util/slice.h"

enum { SHARED_FILE_META_MAX_SIZE = 16384, SHARED_FILE_META_MAX_LINES = 32 };
enum { SHARED_FILE_NO_EXPIRY = -1 };

/* Texts point into what was parsed. */
struct shared_file_meta {
    enum digest_algorithm algorithm;
    struct slice digest;       /* hex, of whole bytes */
    struct slice hash_value;   /* hex, of as many bytes as the algorithm has */
    struct slice short_pubkey; /* base64 */
    struct slice hostname;
    struct slice keydate;
    struct slice keyid;
    int64_t expires; /* seconds since 1970, or SHARED_FILE_NO_EXPIRY: nothing, or nothing usable, is said */
};

/* text: all lines, without the empty line behind them. */
bool shared_file_meta_parse(struct shared_file_meta *meta, struct slice text, struct err *err);

/* Adds the lines as they are stored, expires the last of them. */
void shared_file_meta_format(const struct shared_file_meta *meta, struct buffer *out);

/* Finds the first empty line: the lines before it are the metadata, *skip is where the bytes of the file begin. False
 * when the text has no empty line (yet). */
bool shared_file_meta_end(struct slice text, size_t *len, size_t *skip);

/* Is the file's hash this one, in hex of either case? */
bool shared_file_meta_has_hash(const struct shared_file_meta *meta, struct slice hash);

bool shared_file_meta_expired(const struct shared_file_meta *meta, int64_t now);
