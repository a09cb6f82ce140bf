/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_decrypt: opens an encrypted S/MIME message (RFC 8551 section 3.3 and 3.4), as rudder-relay-agent makes it with
 * `openssl cms -encrypt`: a header application/pkcs7-mime, and in base64 the CMS (RFC 5652) type EnvelopedData or
 * AuthEnvelopedData (RFC 5083). Recipients are known by RSA (key transport) or EC keys (key agreement of RFC 5753 with
 * the AES key wrap of RFC 3394).
 *
 * What was encrypted is the signed message, plain or as gzip: encrypted text does not compress, so the agent compresses
 * first. Encryption proves nothing about the sender; only smime_verify does, and it comes next.
 *
 * Nobody can tell whether a message is what it seems before it is decrypted. So where no key is configured it is
 * refused and does not wait for one: otherwise anybody who knows the shared password could fill the room of a node
 * for days.
 * A configured key that is missing is waited for all the same: in failed/ a real run could give way to such files,
 * while in incoming/ what was taken stays, and the next upload is refused and kept by its sender.
 *
 * A message of any other type stays as it is. OpenSSL does all that concerns ASN.1 and keys. Before it decodes the
 * message, the elements of its encoding are counted: OpenSSL allocates some hundred bytes for each, which would make
 * many gigabytes of a message of small ones.
 */
#pragma once

#include <stdbool.h>

#include "relay/decryption_keys.h"
#include "util/buffer.h"
#include "util/decompress.h"
#include "util/err.h"

enum { SMIME_MAX_RECIPIENTS = 16 };

enum smime_decrypt {
    SMIME_DECRYPT_DONE,    /* or it was not encrypted */
    SMIME_DECRYPT_WAIT,    /* a key may be missing: a file that is configured cannot be used; with the reason */
    SMIME_DECRYPT_REFUSED, /* no key is configured, or it is for other keys, altered, malformed, over a limit or
                              encrypted twice; with the reason */
};

/* Does its header say that it is encrypted? (Or opaque in another way, which smime_decrypt refuses.) */
bool smime_decrypt_wanted(struct slice message);

/* *message becomes what was encrypted, expanded within the limits. The keys are looked at anew. On anything but DONE
 * *message is of no use any more. OpenSSL's error queue is empty afterwards. */
enum smime_decrypt smime_decrypt(struct decryption_keys *keys, struct decompressor *decompressor,
                                 const struct decompress_limits *limits, struct buffer *message, struct err *err);
