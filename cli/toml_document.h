/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * toml_document: a TOML file as a flat list of dotted keys with their values and lines.
 *
 * Source: TOML 1.0. It is a strict reader of a part of it: tables, dotted bare keys, texts of one line ("..." with
 * escapes, '...'), decimal integers, booleans and arrays of texts. Everything else (inline tables, arrays of tables,
 * dates, fractions, texts of several lines, quoted keys) is an error that names the line, and so are duplicates: the
 * original reads the same files with a whole TOML library, and what is understood in another way would be worse than
 * what is refused. There is no C library for TOML in both Debian 12 and EPEL; those for C++ are larger than this.
 *
 * Limits: the size of the file, the number of keys, their length and depth, and those of toml_value.h.
 */
#pragma once

#include <stddef.h>

#include "toml_value.h"
#include "util/err.h"
#include "util/slice.h"

enum { TOML_FILE_MAX = 1 << 18, TOML_KEY_MAX = 128, TOML_KEYS_MAX = 1000 }; /* bytes, bytes, tables and keys */

struct toml_entry {
    char key[TOML_KEY_MAX]; /* with the names of its tables in front: "output.database.url" */
    unsigned line;
    struct toml_value value;
};

struct toml_document {
    struct toml_entry *entries; /* in the order of the file */
    size_t count;
};

/* name is what messages call the file: "<name>:<line>: <why>". NULL with err on error. */
struct toml_document *toml_document_parse(const char *name, struct slice text, struct err *err);

/* Takes NULL. */
void toml_document_free(struct toml_document *document);
