/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smime_attributes: the signed attributes of a CMS signer (RFC 5652 sections 5.3, 5.4 and 11): what they must say, and
 * the digest that was signed when there are any.
 */
#pragma once

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <stdbool.h>

#include "util/err.h"
#include "util/slice.h"

/* Does the signer have signed attributes? Without them the signature is over the content. */
bool smime_attributes_present(const CMS_SignerInfo *signer);

/* Checks that there is exactly one content type, data, and exactly one message digest, content_digest, and that
 * attributes which RFC 5652 and RFC 2634 require to be signed, or to occur once, are. */
bool smime_attributes_check(CMS_SignerInfo *signer, struct slice content_digest, struct err *err);

/* Computes the digest of the attributes, at most EVP_MAX_MD_SIZE bytes, into *digest. False when OpenSSL fails. */
bool smime_attributes_digest(CMS_SignerInfo *signer, const EVP_MD *md, unsigned char *digest, unsigned int *len);
