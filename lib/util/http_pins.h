/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * http_pins: certificates to the text by which http_client knows their public keys:
 * "sha256//<base64>;sha256//<base64>".
 *
 * It is the key that counts (DER SubjectPublicKeyInfo): a renewed certificate of the same key has the same pin. Dates,
 * names and signatures of the certificate are not looked at.
 */
#ifndef RELAY_UTIL_HTTP_PINS_H
#define RELAY_UTIL_HTTP_PINS_H

#include <stdbool.h>

#include "util/buffer.h"
#include "util/err.h"

/* Adds the pin of a key, given by its digest (x509_key.h). */
void http_pins_add(struct buffer *pins, const void *digest);

/* Adds those of all certificates in a file, PEM (at least one, other blocks are passed over) or one as DER. False with
 * err leaves pins as they were. */
bool http_pins_add_file(struct buffer *pins, const char *path, struct err *err);

#endif
