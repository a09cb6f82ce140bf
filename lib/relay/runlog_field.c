/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/runlog_field.h"

#include "util/utf8.h"

void runlog_field_add_line(struct runlog_field *text, struct slice line)
{
    if (!text->begun) {
        text->first = line;
        text->begun = true;
        return;
    }
    if (!text->several) {
        text->several = true;
        buffer_clear(&text->joined);
        buffer_add(&text->joined, text->first.at, text->first.len);
    }
    buffer_add(&text->joined, "\n", 1);
    buffer_add(&text->joined, line.at, line.len);
}

static struct slice stored(struct slice text, const struct runlog_store *store)
{
    size_t clean = utf8_clean_prefix(text.at, text.len);
    size_t most = clean + UTF8_REPLACEMENT_LEN * (text.len - clean);
    char *copy = arena_alloc(store->arena, most);
    memcpy(copy, text.at, clean);
    size_t len = clean + utf8_replace(copy + clean, text.at + clean, text.len - clean);
    arena_shrink_last(store->arena, copy, most, len);
    return (struct slice){copy, len};
}

struct slice runlog_field_clean(struct slice piece, const struct runlog_store *store)
{
    return utf8_clean_prefix(piece.at, piece.len) == piece.len ? piece : stored(piece, store);
}

struct slice runlog_field_finish(const struct runlog_field *text, const struct runlog_store *store)
{
    if (!text->begun) {
        return (struct slice){"", 0};
    }
    return text->several ? stored(buffer_slice(&text->joined), store) : runlog_field_one(text->first, store);
}

void runlog_field_free(struct runlog_field *text)
{
    buffer_free(&text->joined);
}
