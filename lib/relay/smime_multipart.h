/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_multipart: a clear-signed message (RFC 1847 section 2.1, RFC 2046 section 5.1, RFC 8551 section 3.5.3) split
 * into what was signed and the signature. One pass over the message, no copy.
 *
 * It is stricter than the RFCs where a signed run log needs no freedom: exactly two parts, and a closing boundary
 * (which tells a cut message from an altered one). The signature part is base64 whatever its header says of that, and a
 * boundary may have more than 70 characters, both as in OpenSSL. The micalg parameter is ignored; only the signature
 * itself says which digest it uses.
 */
#pragma once

#include <stdbool.h>

#include "util/err.h"
#include "util/slice.h"

enum { SMIME_SIGNATURE_LIMIT = 65536 }; /* bytes of base64 */

/* Both point into the message. */
struct smime_multipart {
    struct slice signed_part; /* with its own header; the line end before the boundary is not part of it */
    struct slice signature;   /* base64, with its line ends */
    bool canonical;           /* each line of signed_part ends in just CRLF */
};

bool smime_multipart_split(struct slice message, struct smime_multipart *parts, struct err *err);
