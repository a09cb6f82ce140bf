/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/smime_differ.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>

/* OpenSSL reads lines in pieces of so many bytes, and drops a CR at a piece's end: the one oddity that is not
 * imitated. */
enum { MIME_PIECE = 1023 };

/* Promised: a message for whose sake one of these is said may be accepted by OpenSSL. */
static const char *const refusals[] = {
    "is weaker than SHA-256",
    "SHA-512 and their SHA-3 kin are",
    "does not go with digest algorithm",
    "more than the limit of",
    "holds content of its own",
    "content type other than data",
    "just one content type attribute that says data",
    "the signed text is empty",
    "transfer encoding",
    "is not base64",
    /* the frame: stricter than OpenSSL's reader, which goes on after what it does not understand */
    "not a signed message",
    "text/plain header",
    "the parameters are malformed",
    "no valid boundary",
    "more than two parts",
    "signature part: ",
};

/* Accepted although OpenSSL refuses: what nobody signed and nobody needs. */
static const int tolerated[] = {
    CMS_R_NO_MATCHING_DIGEST,       /* the list of digests in front does not name the signer's */
    CMS_R_UNKNOWN_DIGEST_ALGORITHM, /* or one that there is not */
};

static bool may_refuse(const char *reason)
{
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        if (strstr(reason, refusals[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static bool may_accept(void)
{
    unsigned long code;
    while ((code = ERR_get_error()) != 0) {
        for (size_t i = 0; i < sizeof tolerated / sizeof *tolerated; i++) {
            if (ERR_GET_LIB(code) == ERR_LIB_CMS && ERR_GET_REASON(code) == tolerated[i]) {
                return true;
            }
        }
    }
    return false;
}

static bool has_long_line(struct slice message)
{
    size_t line = 0;
    for (size_t i = 0; i < message.len; i++) {
        line = message.at[i] == '\n' ? 0 : line + 1;
        if (line >= MIME_PIECE) {
            return true;
        }
    }
    return false;
}

/* What OpenSSL says; the content goes to out, the reasons stay in its error queue. */
static bool verify_with_openssl(struct slice message, STACK_OF(X509) * certificates, BIO *out)
{
    BIO *in = BIO_new_mem_buf(message.at, (int)message.len);
    BIO *content = NULL;
    CMS_ContentInfo *cms = SMIME_read_CMS(in, &content);
    bool good =
        cms != NULL && content != NULL &&
        CMS_verify(cms, certificates, NULL, content, out, CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY | CMS_TEXT) == 1;
    CMS_ContentInfo_free(cms);
    BIO_free(content);
    BIO_free(in);
    return good;
}

static void tell_difference(const char *what, struct slice message, const char *reason)
{
    fprintf(stderr, "smime_differ: %s (%s)\n", what, reason);
    ERR_print_errors_fp(stderr);
    fwrite(message.at, 1, message.len, stderr);
    abort();
}

bool smime_differ(struct slice message, struct smime_known known, STACK_OF(X509) * certificates)
{
    static struct smime_verifier *verifier;
    static struct buffer canonical;
    struct slice content = {NULL, 0};
    struct err err = {""};
    if (has_long_line(message)) {
        return false;
    }
    if (verifier == NULL) {
        verifier = smime_verifier_new(false, &err);
    }
    bool ours = smime_verify(verifier, message, known, &canonical, &content, &err);
    if (ERR_peek_error() != 0 || ours == (err.text[0] != '\0')) {
        tell_difference("no reason, or an error left behind", message, err.text);
    }
    BIO *out = BIO_new(BIO_s_mem());
    bool theirs = verify_with_openssl(message, certificates, out);
    char *text = NULL;
    long len = BIO_get_mem_data(out, &text);
    if (ours && !theirs && !may_accept()) {
        tell_difference("only OpenSSL refuses", message, "");
    }
    if (!ours && theirs && !may_refuse(err.text)) {
        tell_difference("only OpenSSL accepts", message, err.text);
    }
    if (ours && theirs && !slice_eq(content, (struct slice){text, (size_t)len})) {
        tell_difference("other content", message, "");
    }
    BIO_free(out);
    ERR_clear_error();
    return ours && theirs;
}
