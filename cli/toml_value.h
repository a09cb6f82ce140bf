/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * toml_value: the values of a TOML file, and the cursor that reads them. Part of toml_document, which says what is read
 * and what is not; no other module includes it but tests.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"
#include "util/slice.h"

enum toml_kind { TOML_TEXT, TOML_INTEGER, TOML_BOOL, TOML_TEXTS };

enum { TOML_TEXTS_MAX = 1000, TOML_TEXT_MAX = 65536 }; /* bytes */

/* What is owned is given back by toml_value_free. */
struct toml_value {
    enum toml_kind kind;
    char *text;     /* TOML_TEXT: owned; without NUL bytes */
    int64_t number; /* TOML_INTEGER; TOML_BOOL: 0 or 1 */
    char **texts;   /* TOML_TEXTS: owned, NULL-terminated */
};

/* Where the reader is. The text is well-formed UTF-8 without NUL. */
struct toml_cursor {
    struct slice rest;
    unsigned line; /* from 1 */
};

/* Steps over spaces and tabs. */
void toml_skip_blanks(struct toml_cursor *cursor);

/* Steps over what may stand between the elements of an array: blanks, comments and line ends. False with err for a
 * control character in a comment. */
bool toml_skip_lines(struct toml_cursor *cursor, struct err *err);

/* Steps over blanks, a comment and one line end, or the end of the text; false with err when anything else is there. */
bool toml_end_line(struct toml_cursor *cursor, struct err *err);

/* Reads one value. On false err says why, cursor->line where, and nothing is to be freed. */
bool toml_value_read(struct toml_cursor *cursor, struct toml_value *value, struct err *err);
void toml_value_free(struct toml_value *value);
