/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/mime_header.h"

#include <strings.h>

static const char white[] = " \t\r\n";

static bool equal_word(struct slice a, const char *word)
{
    return a.len == strlen(word) && strncasecmp(a.at, word, a.len) == 0;
}

/* Takes a line and its end (an LF and the CRs before it) from the front of *text. False when there is no line end
 * within the limit. */
static bool mime_header_take_line(struct slice *text, size_t limit, struct slice *line)
{
    size_t within = text->len < limit ? text->len : limit;
    const char *end = within > 0 ? memchr(text->at, '\n', within) : NULL;
    if (end == NULL) {
        return false;
    }
    *line = slice_take_until(text, '\n');
    while (slice_take_end(line, "\r")) {
    }
    return true;
}

/* Does the line have a control character other than a tab? Programs do not agree on where such a line ends. */
static bool has_lone_control(struct slice line)
{
    for (size_t i = 0; i < line.len; i++) {
        if ((unsigned char)line.at[i] < ' ' && line.at[i] != '\t') {
            return true;
        }
    }
    return false;
}

/* Sets *field to where the value went, NULL for a field that does not matter here. */
static bool mime_header_take_field(struct mime_header *header, struct slice line, struct slice **field, struct err *err)
{
    const char *colon = memchr(line.at, ':', line.len);
    if (colon == NULL || colon == line.at) {
        return err_set(err, "'%.*s' is no header line", (int)(line.len < 40 ? line.len : 40), line.at);
    }
    struct slice name = {line.at, (size_t)(colon - line.at)};
    *field = equal_word(name, "Content-Type")                ? &header->content_type
             : equal_word(name, "Content-Transfer-Encoding") ? &header->transfer_encoding
                                                             : NULL;
    if (*field == NULL) {
        return true;
    }
    if ((*field)->at != NULL) {
        return err_set(err, "%.*s stands twice in the header", (int)name.len, name.at);
    }
    **field = slice_behind(line, name.len + 1);
    return true;
}

bool mime_header_read(struct slice *text, struct mime_header *header, struct err *err)
{
    *header = (struct mime_header){0};
    struct slice *field = NULL;
    const char *start = text->at;
    struct slice line;
    while (mime_header_take_line(text, MIME_HEADER_LIMIT - (size_t)(text->at - start), &line)) {
        if (line.len == 0) {
            return true;
        }
        if (has_lone_control(line)) {
            return err_set(err, "a control character in the header");
        }
        if (line.at[0] == ' ' || line.at[0] == '\t') {
            if (field != NULL) { /* the value goes on */
                field->len = (size_t)(line.at + line.len - field->at);
            }
        } else if (!mime_header_take_field(header, line, &field, err)) {
            return false;
        }
    }
    if (text->len < MIME_HEADER_LIMIT - (size_t)(text->at - start)) {
        return err_set(err, "the header has no end");
    }
    return err_set(err, "the header is longer than the limit of %d bytes", MIME_HEADER_LIMIT);
}

/* Takes a word up to `stop`, ";" or white space. */
static struct slice mime_header_take_word(struct slice *text, char stop)
{
    size_t len = 0;
    while (len < text->len && text->at[len] != stop && text->at[len] != ';' &&
           memchr(white, text->at[len], sizeof white - 1) == NULL) {
        len++;
    }
    return slice_take(text, len);
}

bool mime_header_is(struct slice value, const char *word)
{
    if (value.at == NULL) {
        return false;
    }
    slice_skip(&value, white);
    struct slice first = mime_header_take_word(&value, ';');
    slice_skip(&value, white);
    return equal_word(first, word) && (value.len == 0 || value.at[0] == ';');
}

/* Takes what stands between two quotes; text begins with the first. False when the second is missing. */
static bool take_quoted(struct slice *text, struct slice *value)
{
    for (size_t at = 1; at < text->len; at++) {
        if (text->at[at] == '"') {
            *value = (struct slice){text->at + 1, at - 1};
            *text = slice_behind(*text, at + 1);
            return true;
        }
        if (text->at[at] == '\\') { /* programs do not agree on escapes, and no valid value needs them */
            return false;
        }
    }
    return false;
}

static bool take_parameter(struct slice *text, struct slice *name, struct slice *value)
{
    *name = mime_header_take_word(text, '=');
    slice_skip(text, white);
    if (name->len == 0 || text->len == 0 || text->at[0] != '=') {
        return false;
    }
    slice_take(text, 1);
    slice_skip(text, white);
    if (text->len > 0 && text->at[0] == '"') {
        return take_quoted(text, value);
    }
    *value = mime_header_take_word(text, ';');
    return value->len > 0 && memchr(value->at, '"', value->len) == NULL && memchr(value->at, '(', value->len) == NULL;
}

bool mime_header_parameter(struct slice content_type, const char *name, struct slice *value)
{
    *value = (struct slice){NULL, 0};
    if (content_type.at == NULL) {
        return true;
    }
    struct slice text = content_type;
    slice_skip(&text, white);
    (void)mime_header_take_word(&text, ';'); /* the type */
    for (slice_skip(&text, white); text.len > 0; slice_skip(&text, white)) {
        struct slice separator = slice_take(&text, 1);
        slice_skip(&text, white);
        if (separator.at[0] == ';' && text.len == 0) { /* a ";" at the end does no harm */
            return true;
        }
        struct slice found_name;
        struct slice found;
        if (separator.at[0] != ';' || !take_parameter(&text, &found_name, &found)) {
            return false;
        }
        if (equal_word(found_name, name)) {
            if (value->at != NULL) {
                return false;
            }
            *value = found;
        }
    }
    return true;
}
