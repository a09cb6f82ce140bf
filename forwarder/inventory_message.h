/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * inventory_message: an inventory and its signature file as the two parts of one MIME entity, which the node signs as a
 * whole (S/MIME, RFC 8551). docs/inventories.md says the same to administrators.
 *
 *     Content-Type: multipart/mixed; boundary=...
 *
 *     first part    application/gzip: the inventory, compressed
 *     second part   text/plain: what is in the file NAME.ocs.sign (PROTOCOL.md sections 8 and 11)
 *
 * Both are in base64: so the bytes that the signature file is about are the same after all line ends were made CRLF.
 *
 * Here is only its form. What it says counts once smime_verify_entity has verified the message, and
 * inventory_message_signed_by the signature file.
 */
#pragma once

#include <stdbool.h>

#include "relay/smime_signature.h"
#include "util/buffer.h"
#include "util/decompress.h"
#include "util/err.h"
#include "util/slice.h"

/* Replaces the content of both buffers. limits: of the inventory. False with the reason when it is anything else than
 * exactly these two parts. */
bool inventory_message_split(struct slice entity, struct decompressor *decompressor,
                             const struct decompress_limits *limits, struct buffer *inventory, struct buffer *signature,
                             struct err *err);

/* Is the signature file one of this inventory, made with the key of one of these certificates? It is RSA: no other key
 * makes one. Leaves OpenSSL's error queue empty. */
bool inventory_message_signed_by(struct slice signature, struct slice inventory, struct smime_known known,
                                 struct err *err);
