/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_differ: one message to smime_verify and to OpenSSL's own reader, SMIME_read_CMS and CMS_verify. Both must
 * accept it, with the same content, or both refuse it. What may differ stands in tables in smime_differ.c: the refusals
 * that smime_multipart.h, smime_signature.h and smime_verify.h promise, and the little that is accepted beyond OpenSSL.
 */
#pragma once

#include <openssl/x509.h>

#include "relay/smime_verify.h"

/* The same certificates in both forms. Ends the program when the two differ. True when both accept it. */
bool smime_differ(struct slice message, struct smime_known known, STACK_OF(X509) * certificates);
