/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/mime_multipart.h"

#include "util/mime_header.h"

/* A folded value holds a line end. */
static bool boundary_is_valid(struct slice boundary)
{
    return boundary.len > 0 && memchr(boundary.at, '\n', boundary.len) == NULL;
}

/* Is the line a delimiter? Only its beginning counts, whatever follows (RFC 2046 section 5.1.1). */
static enum mime_delimiter delimiter_of(struct slice line, struct slice boundary)
{
    size_t len = 2 + boundary.len;
    if (line.len < len || line.at[0] != '-' || line.at[1] != '-' ||
        memcmp(line.at + 2, boundary.at, boundary.len) != 0) {
        return MIME_DELIMITER_NONE;
    }
    bool close = line.len >= len + 2 && line.at[len] == '-' && line.at[len + 1] == '-';
    return close ? MIME_DELIMITER_CLOSE : MIME_DELIMITER_NEXT;
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

void mime_multipart_take(struct slice *text, struct slice boundary, struct mime_part *part)
{
    *part = (struct mime_part){.canonical = true, .end = MIME_DELIMITER_NONE};
    const char *end = text->at + text->len;
    bool last_is_canonical = true; /* used once another line follows: the last line end belongs to the delimiter */
    const char *next = NULL;
    for (const char *at = text->at; at < end; at = next) {
        const char *lf = memchr(at, '\n', (size_t)(end - at));
        const char *stop = lf != NULL ? lf : end;
        next = lf != NULL ? lf + 1 : end;
        part->end = delimiter_of((struct slice){at, (size_t)(stop - at)}, boundary);
        if (part->end != MIME_DELIMITER_NONE) {
            part->text = without_last_line_end(text->at, at);
            *text = (struct slice){next, (size_t)(end - next)};
            return;
        }
        part->canonical = part->canonical && last_is_canonical;
        last_is_canonical = ends_in_one_cr(at, stop);
    }
}

bool mime_multipart_start(struct slice *entity, const char *type, struct slice *boundary, struct err *err)
{
    struct mime_header header;
    if (!mime_header_read(entity, &header, err)) {
        return err_prefix(err, "it does not begin with a MIME header");
    }
    if (!mime_header_is(header.content_type, type)) {
        return err_set(err, "its type is not %s", type);
    }
    if (!mime_header_parameter(header.content_type, "boundary", boundary)) {
        return err_set(err, "%s: the parameters are malformed", type);
    }
    return boundary_is_valid(*boundary) || err_set(err, "%s: there is no valid boundary", type);
}
