/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_verify.h"

#include <openssl/err.h>
#include <stdlib.h>

#include "relay/smime_multipart.h"
#include "relay/smime_signature.h"
#include "util/base64.h"
#include "util/xmalloc.h"
#include "util/mime_header.h"

struct smime_verifier {
    struct smime_signature_tools tools;
    struct buffer signature; /* decoded */
};

struct smime_verifier *smime_verifier_new(struct err *err)
{
    struct smime_verifier *verifier = xcalloc(1, sizeof *verifier);
    if (!smime_signature_open(&verifier->tools, err)) {
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

/* RFC 8551 section 3.1.1: what is signed has CRLF. */
static struct slice canonicalise(struct slice text, struct buffer *canonical)
{
    buffer_clear(canonical);
    const char *end = text.at + text.len;
    for (const char *at = text.at; at < end;) {
        const char *lf = memchr(at, '\n', (size_t)(end - at));
        const char *stop = lf != NULL ? lf : end;
        buffer_add(canonical, at, (size_t)(stop - at));
        if (lf != NULL) {
            bool bare = lf == text.at || lf[-1] != '\r';
            buffer_add(canonical, bare ? "\r\n" : "\n", bare ? 2 : 1);
            stop++;
        }
        at = stop;
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
    if (header.transfer_encoding.at != NULL && !mime_header_is(header.transfer_encoding, "7bit")
        && !mime_header_is(header.transfer_encoding, "8bit") && !mime_header_is(header.transfer_encoding, "binary")) {
        return err_set(err, "the signed part has a transfer encoding, its text must stand as it is");
    }
    if (content->len == 0) {
        return err_set(err, "the signed text is empty");
    }
    return true;
}

bool smime_verify(struct smime_verifier *verifier, struct slice message, const struct slice *certs, size_t count,
                  struct buffer *canonical, struct slice *content, struct err *err)
{
    struct smime_multipart parts;
    struct slice text;
    bool good = false;
    if (count == 0) {
        err_set(err, "no certificate is known for the node");
        goto out;
    }
    if (!smime_multipart_split(message, &parts, err)) {
        goto out;
    }
    if (parts.bare_lf) {
        parts.signed_part = canonicalise(parts.signed_part, canonical);
    }
    if (!strip_text_header(parts.signed_part, &text, err)) {
        goto out;
    }
    buffer_clear(&verifier->signature);
    if (!base64_decode(&verifier->signature, parts.signature)) {
        err_set(err, "the signature is not base64");
        goto out;
    }
    if (!smime_signature_check(&verifier->tools, buffer_slice(&verifier->signature), parts.signed_part, certs, count,
                               err)) {
        goto out;
    }
    *content = text;
    good = true;
out:
    ERR_clear_error();
    return good;
}
