/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * http_pins: turns certificates into the text by which http_client knows their public keys:
 * "sha256//<base64>;sha256//<base64>".
 *
 * Only the key counts (DER SubjectPublicKeyInfo): a renewed certificate of the same key has the same pin. Dates, names
 * and signatures of the certificate are not looked at.
 */
#pragma once

#include <stdbool.h>

#include "util/buffer.h"
#include "util/err.h"

/* Adds the pin of a key, given by its digest (x509_key.h). */
void http_pins_add(struct buffer *pins, const void *digest);

/* Adds the pins of all certificates in a file: PEM with at least one certificate (other blocks are skipped), or one
 * certificate as DER. False with err leaves pins unchanged. */
bool http_pins_add_file(struct buffer *pins, const char *path, struct err *err);
