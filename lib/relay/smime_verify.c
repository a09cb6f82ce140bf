/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_verify.h"

#include <openssl/err.h>
#include <stdlib.h>

#include "relay/smime_multipart.h"
#include "util/base64.h"
#include "util/mime_header.h"
#include "util/xmalloc.h"

struct smime_verifier {
    struct smime_signature_tools tools;
    struct buffer signature; /* decoded */
};

struct smime_verifier *smime_verifier_new(bool accept_sha1, struct err *err)
{
    struct smime_verifier *verifier = xcalloc(1, sizeof *verifier);
    if (!smime_signature_open(&verifier->tools, accept_sha1, err)) {
        smime_verifier_free(verifier);
        verifier = NULL;
    }
    ERR_clear_error();
    return verifier;
}

void smime_verifier_free(struct smime_verifier *verifier)
{
    if (verifier != NULL) {
        smime_signature_close(&verifier->tools);
        buffer_free(&verifier->signature);
        free(verifier);
    }
}

/* Converts line ends to CRLF, as signed text must have them (RFC 8551 section 3.1.1). As in OpenSSL, all CRs before a
 * LF belong to the line end: text written twice in text mode has CR CR LF. */
static struct slice canonicalise(struct slice text, struct buffer *canonical)
{
    buffer_clear(canonical);
    const char *end = text.at + text.len;
    for (const char *at = text.at; at < end;) {
        const char *lf = memchr(at, '\n', (size_t)(end - at));
        const char *stop = lf != NULL ? lf : end;
        const char *next = lf != NULL ? lf + 1 : end;
        while (lf != NULL && stop > at && stop[-1] == '\r') {
            stop--;
        }
        buffer_add(canonical, at, (size_t)(stop - at));
        buffer_add(canonical, "\r\n", lf != NULL ? 2 : 0);
        at = next;
    }
    return buffer_slice(canonical);
}

/* Takes off the header that `openssl smime -sign -text` puts in front, and sees that the rest is what it says. */
static bool strip_text_header(struct slice signed_part, struct slice *content, struct err *err)
{
    struct mime_header header;
    *content = signed_part;
    if (!mime_header_read(content, &header, NULL) || !mime_header_is(header.content_type, "text/plain")) {
        return err_set(err, "the signed part does not begin with a text/plain header: sign with openssl smime -sign "
                            "-text, without -binary");
    }
    if (header.transfer_encoding.at != NULL && !mime_header_is(header.transfer_encoding, "7bit") &&
        !mime_header_is(header.transfer_encoding, "8bit") && !mime_header_is(header.transfer_encoding, "binary")) {
        return err_set(err, "the signed part has a transfer encoding, its text must stand as it is");
    }
    if (content->len == 0) {
        return err_set(err, "the signed text is empty");
    }
    return true;
}

/* The known signers' signature, or NULL. */
static CMS_ContentInfo *decode_signature(struct smime_verifier *verifier, struct slice text, struct smime_known known,
                                         struct err *err)
{
    buffer_clear(&verifier->signature);
    if (!base64_decode(&verifier->signature, text)) {
        err_set(err, "the signature is not base64");
        return NULL;
    }
    return smime_signature_read(buffer_slice(&verifier->signature), known, err);
}

/* What becomes of the header of the signed part. */
enum smime_header { SMIME_HEADER_STAYS, SMIME_HEADER_IS_TAKEN_OFF };

static bool verify_parts(struct smime_verifier *verifier, const struct smime_multipart *parts, struct smime_known known,
                         enum smime_header header, struct buffer *canonical, struct slice *content, struct err *err)
{
    CMS_ContentInfo *cms = decode_signature(verifier, parts->signature, known, err);
    struct slice signed_part = parts->signed_part;
    if (cms != NULL && !parts->canonical) {
        signed_part = canonicalise(signed_part, canonical);
    }
    struct slice text = signed_part;
    bool good = cms != NULL && (header == SMIME_HEADER_STAYS || strip_text_header(signed_part, &text, err)) &&
                smime_signature_check(&verifier->tools, cms, signed_part, known, err);
    if (good) {
        *content = text;
    }
    CMS_ContentInfo_free(cms);
    return good;
}

static bool verify_message(struct smime_verifier *verifier, struct slice message, struct smime_known known,
                           enum smime_header header, struct buffer *canonical, struct slice *content, struct err *err)
{
    struct smime_multipart parts;
    bool good = known.count > 0 || err_set(err, "no certificate is known for the node");
    good = good && smime_multipart_split(message, &parts, err) &&
           verify_parts(verifier, &parts, known, header, canonical, content, err);
    ERR_clear_error();
    return good;
}

bool smime_verify(struct smime_verifier *verifier, struct slice message, struct smime_known known,
                  struct buffer *canonical, struct slice *content, struct err *err)
{
    return verify_message(verifier, message, known, SMIME_HEADER_IS_TAKEN_OFF, canonical, content, err);
}

bool smime_verify_entity(struct smime_verifier *verifier, struct slice message, struct smime_known known,
                         struct buffer *canonical, struct slice *entity, struct err *err)
{
    return verify_message(verifier, message, known, SMIME_HEADER_STAYS, canonical, entity, err);
}
