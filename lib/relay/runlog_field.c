/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/runlog_field.h"

#include "relay/runlog_line.h"
static bool is_clean(struct slice piece, const struct runlog_store *store)
{
    return piece.at + piece.len <= store->clean_until || utf8_clean_prefix(piece.at, piece.len) == piece.len;
}

/* The part of the content from the first to the last byte of a field of several lines. */
static struct slice field_span(const struct runlog_field *field)
{
    return (struct slice){field->first.at, (size_t)(field->last.at + field->last.len - field->first.at)};
}

/* These two write nothing when out is NULL. They return how many bytes there are. */
static size_t add_piece(char *out, struct slice piece, bool clean)
{
    if (!clean) {
        return out != NULL ? utf8_replace(out, piece.at, piece.len) : utf8_replaced_len(piece.at, piece.len);
    }
    if (out != NULL) {
        memcpy(out, piece.at, piece.len);
    }
    return piece.len;
}

static size_t add_line_behind(char *out, struct slice line, bool clean)
{
    if (out != NULL) {
        *out++ = '\n';
    }
    return 1 + add_piece(out, line, clean);
}

/* Joins the lines of a field. It finds the lines between the first and the last in the content again. */
static size_t join_lines(char *out, const struct runlog_field *field, bool clean)
{
    size_t len = add_piece(out, field->first, clean);
    struct runlog_lines lines;
    struct runlog_line line;
    if (field->lines > 2) {
        runlog_lines_begin(&lines, field_span(field));
        runlog_lines_next_text(&lines, &line);
    }
    for (size_t i = 2; i < field->lines && runlog_lines_next_text(&lines, &line); i++) {
        len += add_line_behind(out != NULL ? out + len : NULL, line.text, clean);
    }
    return len + add_line_behind(out != NULL ? out + len : NULL, field->last, clean);
}

size_t runlog_field_joined_len(const struct runlog_field *field, const struct runlog_store *store)
{
    if (field->lines == 0) {
        return 0;
    }
    return is_clean(field_span(field), store) ? field->len : join_lines(NULL, field, false);
}

struct slice runlog_field_join(const struct runlog_field *field, const struct runlog_store *store)
{
    if (field->lines == 0) {
        return (struct slice){"", 0};
    }
    bool clean = is_clean(field_span(field), store);
    size_t len = clean ? field->len : join_lines(NULL, field, false);
    char *copy = arena_alloc_bytes(store->arena, len);
    join_lines(copy, field, clean);
    return (struct slice){copy, len};
}

struct slice runlog_field_clean(struct slice piece, const struct runlog_store *store)
{
    if (is_clean(piece, store)) {
        return piece;
    }
    size_t len = utf8_replaced_len(piece.at, piece.len);
    char *copy = arena_alloc_bytes(store->arena, len);
    utf8_replace(copy, piece.at, piece.len);
    return (struct slice){copy, len};
}
