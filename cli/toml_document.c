/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "toml_document.h"

#include <stdlib.h>
#include <string.h>

#include "util/ascii.h"
#include "util/utf8.h"
#include "util/xmalloc.h"

struct toml_parser {
    struct toml_cursor cursor;
    struct toml_document *document;
    char (*tables)[TOML_KEY_MAX]; /* the headers so far */
    size_t tables_count;
    char table[TOML_KEY_MAX]; /* the table in whose part of the file the cursor is; "" at the start */
};

static bool toml_is_bare(char c)
{
    return ascii_is_alphanumeric(c) || c == '_' || c == '-';
}

static bool toml_add_part(struct toml_cursor *cursor, char key[TOML_KEY_MAX], size_t *len, struct err *err)
{
    size_t part = 0;
    while (part < cursor->rest.len && toml_is_bare(cursor->rest.at[part])) {
        part++;
    }
    if (part == 0) {
        return err_set(err, "a name of letters, digits, _ and - should be here");
    }
    if (*len + part + 2 > TOML_KEY_MAX) {
        return err_set(err, "a key of more than %d bytes", TOML_KEY_MAX - 1);
    }
    if (*len > 0) {
        key[(*len)++] = '.';
    }
    memcpy(key + *len, cursor->rest.at, part);
    *len += part;
    key[*len] = '\0';
    slice_take(&cursor->rest, part);
    return true;
}

/* Reads a dotted key and appends it to key. */
static bool toml_read_key(struct toml_cursor *cursor, char key[TOML_KEY_MAX], struct err *err)
{
    size_t len = strlen(key);
    for (;;) {
        toml_skip_blanks(cursor);
        if (!toml_add_part(cursor, key, &len, err)) {
            return false;
        }
        toml_skip_blanks(cursor);
        if (!slice_starts_with(cursor->rest, ".")) {
            return true;
        }
        slice_take(&cursor->rest, 1);
    }
}

/* Is one of the two the other, or a table that the other is in? */
static bool toml_same_branch(const char *a, const char *b)
{
    size_t i = 0;
    while (a[i] != '\0' && a[i] == b[i]) {
        i++;
    }
    return (a[i] == '\0' && (b[i] == '\0' || b[i] == '.')) || (b[i] == '\0' && a[i] == '.');
}

/* May the key stand beside what was read before? A table may hold tables, a value may not. */
static bool toml_is_new(const struct toml_parser *parser, const char *key, bool is_table)
{
    size_t len = strlen(key);
    for (size_t i = 0; i < parser->document->count; i++) {
        const char *other = parser->document->entries[i].key;
        bool inside = is_table && strncmp(other, key, len) == 0 && other[len] == '.';
        if (!inside && toml_same_branch(other, key)) {
            return false;
        }
    }
    for (size_t i = 0; i < parser->tables_count; i++) {
        const char *table = parser->tables[i];
        if (strcmp(table, key) == 0 || (!is_table && strncmp(table, key, len) == 0 && table[len] == '.')) {
            return false;
        }
    }
    return true;
}

static bool toml_read_header(struct toml_parser *parser, struct err *err)
{
    struct toml_cursor *cursor = &parser->cursor;
    slice_take(&cursor->rest, 1);
    parser->table[0] = '\0';
    if (slice_starts_with(cursor->rest, "[")) {
        return err_set(err, "arrays of tables are not read here");
    }
    if (!toml_read_key(cursor, parser->table, err)) {
        return false;
    }
    if (!slice_starts_with(cursor->rest, "]")) {
        return err_set(err, "the table's name has no closing bracket");
    }
    slice_take(&cursor->rest, 1);
    if (!toml_is_new(parser, parser->table, true)) {
        return err_set(err, "%s is there twice", parser->table);
    }
    memcpy(parser->tables[parser->tables_count++], parser->table, TOML_KEY_MAX);
    return true;
}

static bool toml_read_setting(struct toml_parser *parser, struct err *err)
{
    struct toml_cursor *cursor = &parser->cursor;
    struct toml_entry *entry = &parser->document->entries[parser->document->count];
    memcpy(entry->key, parser->table, TOML_KEY_MAX);
    entry->line = cursor->line;
    if (!toml_read_key(cursor, entry->key, err)) {
        return false;
    }
    if (!slice_starts_with(cursor->rest, "=")) {
        return err_set(err, "%s: a = should follow", entry->key);
    }
    slice_take(&cursor->rest, 1);
    toml_skip_blanks(cursor);
    if (!toml_is_new(parser, entry->key, false)) {
        return err_set(err, "%s is there twice", entry->key);
    }
    if (!toml_value_read(cursor, &entry->value, err)) {
        return err_prefix(err, "%s", entry->key);
    }
    parser->document->count++;
    return true;
}

static bool toml_read_lines(struct toml_parser *parser, struct err *err)
{
    struct toml_cursor *cursor = &parser->cursor;
    while (toml_skip_lines(cursor, err)) {
        if (cursor->rest.len == 0) {
            return true;
        }
        if (parser->document->count + parser->tables_count == TOML_KEYS_MAX) {
            return err_set(err, "more than %d tables and keys", TOML_KEYS_MAX);
        }
        bool header = cursor->rest.at[0] == '[';
        if (!(header ? toml_read_header(parser, err) : toml_read_setting(parser, err)) || !toml_end_line(cursor, err)) {
            return false;
        }
    }
    return false;
}

/* TOML is UTF-8. The first line with anything else, or a NUL, is told. */
static bool toml_is_text(struct toml_parser *parser, struct slice text, struct err *err)
{
    size_t clean = utf8_clean_prefix(text.at, text.len);
    for (size_t i = 0; i < clean && clean < text.len; i++) {
        parser->cursor.line += text.at[i] == '\n';
    }
    return clean == text.len || err_set(err, "a byte that is not UTF-8 text");
}

struct toml_document *toml_document_parse(const char *name, struct slice text, struct err *err)
{
    if (text.len > TOML_FILE_MAX) {
        err_set(err, "%s: larger than %d bytes", name, TOML_FILE_MAX);
        return NULL;
    }
    struct toml_parser parser = {.cursor = {text, 1}};
    parser.document = xcalloc(1, sizeof *parser.document);
    parser.document->entries = xcalloc(TOML_KEYS_MAX, sizeof *parser.document->entries);
    parser.tables = xcalloc(TOML_KEYS_MAX, sizeof *parser.tables);
    if (!toml_is_text(&parser, text, err) || !toml_read_lines(&parser, err)) {
        err_prefix(err, "%s:%u", name, parser.cursor.line);
        toml_document_free(parser.document);
        parser.document = NULL;
    }
    free(parser.tables);
    return parser.document;
}

void toml_document_free(struct toml_document *document)
{
    if (document != NULL) {
        for (size_t i = 0; i < document->count; i++) {
            toml_value_free(&document->entries[i].value);
        }
        free(document->entries);
        free(document);
    }
}
