/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_encrypt: makes an encrypted S/MIME message (RFC 8551 section 3.3), as rudder-relay-agent does with
 * `openssl cms -encrypt -binary -aes-256-gcm`: what smime_decrypt opens.
 *
 * The recipient is known by the key of its certificate, RSA or EC; dates and chain do not count. The certificate is
 * read each time, so that another one needs no restart.
 */
#pragma once

#include <openssl/x509.h>
#include <stdbool.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

/* Reads the certificate; the caller frees it. NULL with err: it is not there, or nothing can be encrypted to it. */
X509 *smime_encrypt_recipient(const char *certificate_file, struct err *err);

/* Appends the message to out. False with err, and out as it was. OpenSSL's error queue is empty afterwards. */
bool smime_encrypt(struct buffer *out, struct slice content, const char *certificate_file, struct err *err);
