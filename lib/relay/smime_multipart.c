/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/smime_multipart.h"

#include "util/mime_header.h"

enum { BOUNDARY_MAX = 70 }; /* RFC 2046 section 5.1.1 */

enum delimiter { DELIMITER_NONE, DELIMITER_NEXT, DELIMITER_CLOSE };

struct part {
    struct slice text; /* without the line end that belongs to the delimiter */
    bool canonical;    /* each line end is exactly CRLF, without a further CR before it */
    enum delimiter end;
};

static bool boundary_is_valid(struct slice boundary)
{
    for (size_t i = 0; i < boundary.len; i++) {
        unsigned char c = (unsigned char)boundary.at[i];
        if (c < ' ' || c > '~' || c == '"' || c == '\\') {
            return false;
        }
    }
    return boundary.len > 0 && boundary.len <= BOUNDARY_MAX && boundary.at[boundary.len - 1] != ' ';
}

/* Is the line a delimiter? Only its beginning counts, whatever follows (RFC 2046 section 5.1.1). */
static enum delimiter delimiter_of(struct slice line, struct slice boundary)
{
    size_t len = 2 + boundary.len;
    if (line.len < len || line.at[0] != '-' || line.at[1] != '-' ||
        memcmp(line.at + 2, boundary.at, boundary.len) != 0) {
        return DELIMITER_NONE;
    }
    return line.len >= len + 2 && line.at[len] == '-' && line.at[len + 1] == '-' ? DELIMITER_CLOSE : DELIMITER_NEXT;
}

/* Takes the LF at the end off, and all CRs in front of it. */
static struct slice without_last_line_end(const char *start, const char *end)
{
    if (end > start) {
        end--;
        while (end > start && end[-1] == '\r') {
            end--;
        }
    }
    return (struct slice){start, (size_t)(end - start)};
}

static bool ends_in_one_cr(const char *start, const char *end)
{
    return end > start && end[-1] == '\r' && (end - start == 1 || end[-2] != '\r');
}

/* Takes lines and the delimiter after them from the front of *text. end is DELIMITER_NONE when there is no delimiter.
 */
static void take_part(struct slice *text, struct slice boundary, struct part *part)
{
    *part = (struct part){.canonical = true, .end = DELIMITER_NONE};
    const char *end = text->at + text->len;
    bool last_is_canonical = true; /* used once another line follows: the last line end belongs to the delimiter */
    const char *next = NULL;
    for (const char *at = text->at; at < end; at = next) {
        const char *lf = memchr(at, '\n', (size_t)(end - at));
        const char *stop = lf != NULL ? lf : end;
        next = lf != NULL ? lf + 1 : end;
        part->end = delimiter_of((struct slice){at, (size_t)(stop - at)}, boundary);
        if (part->end != DELIMITER_NONE) {
            part->text = without_last_line_end(text->at, at);
            *text = (struct slice){next, (size_t)(end - next)};
            return;
        }
        part->canonical = part->canonical && last_is_canonical;
        last_is_canonical = ends_in_one_cr(at, stop);
    }
}

static bool read_boundary(struct slice *message, struct slice *boundary, struct err *err)
{
    struct mime_header header;
    if (!mime_header_read(message, &header, err)) {
        return err_prefix(err, "not a signed message: it does not begin with a MIME header");
    }
    if (mime_header_is(header.content_type, "application/pkcs7-mime") ||
        mime_header_is(header.content_type, "application/x-pkcs7-mime")) {
        return err_set(err, "the message is opaque (application/pkcs7-mime), not clear-signed (multipart/signed)");
    }
    if (!mime_header_is(header.content_type, "multipart/signed")) {
        return err_set(err, "not a signed message: its type is not multipart/signed");
    }
    if (!mime_header_parameter(header.content_type, "boundary", boundary)) {
        return err_set(err, "the parameters of multipart/signed are malformed");
    }
    if (!boundary_is_valid(*boundary)) {
        return err_set(err, "multipart/signed has no valid boundary");
    }
    return true;
}

static bool read_signature(struct slice part, struct slice *signature, struct err *err)
{
    struct mime_header header;
    if (!mime_header_read(&part, &header, err)) {
        return err_prefix(err, "signature part");
    }
    if (!mime_header_is(header.content_type, "application/x-pkcs7-signature") &&
        !mime_header_is(header.content_type, "application/pkcs7-signature")) {
        return err_set(err, "signature part: its type is not application/x-pkcs7-signature");
    }
    if (!mime_header_is(header.transfer_encoding, "base64")) {
        return err_set(err, "signature part: its transfer encoding is not base64");
    }
    if (part.len > SMIME_SIGNATURE_LIMIT) {
        return err_set(err, "the signature of %zu bytes is larger than the limit of %d bytes", part.len,
                       SMIME_SIGNATURE_LIMIT);
    }
    *signature = part;
    return true;
}

bool smime_multipart_split(struct slice message, struct smime_multipart *parts, struct err *err)
{
    struct slice boundary;
    if (!read_boundary(&message, &boundary, err)) {
        return false;
    }
    struct part preamble;
    struct part content;
    struct part signature;
    take_part(&message, boundary, &preamble);
    if (preamble.end != DELIMITER_NEXT) {
        return err_set(err, "the message has no parts");
    }
    take_part(&message, boundary, &content);
    if (content.end == DELIMITER_CLOSE) {
        return err_set(err, "the message has no signature part");
    }
    if (content.end == DELIMITER_NONE) {
        return err_set(err, "the message is cut: its signed part has no end");
    }
    take_part(&message, boundary, &signature);
    if (signature.end == DELIMITER_NONE) {
        return err_set(err, "the message is cut: its closing boundary is missing");
    }
    if (signature.end == DELIMITER_NEXT) {
        return err_set(err, "the message has more than two parts");
    }
    parts->signed_part = content.text;
    parts->canonical = content.canonical;
    return read_signature(signature.text, &parts->signature, err);
}
