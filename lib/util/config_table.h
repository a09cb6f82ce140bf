/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * config_table: a struct filled from a configuration file by a table, a row per key.
 *
 * The table is the only place that knows a key: its name, type, default, bounds, help, and the field it goes to. The
 * commented sample file and the key section of a man page are printed from it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/buffer.h"
#include "util/config_file.h"
#include "util/err.h"

enum config_kind {
    CONFIG_TEXT,     /* char *, owned, never NULL */
    CONFIG_PATH,     /* char *: absolute; may be empty only where the default is */
    CONFIG_INT,      /* int */
    CONFIG_SIZE,     /* int64_t, bytes: a number, or a text such as "50MiB" */
    CONFIG_DURATION, /* int64_t, seconds: a number, or a text that duration_parse takes */
    CONFIG_BOOL,     /* bool */
    CONFIG_CHOICE,   /* an enum: the index of the word in choices */
    CONFIG_TEXTS,    /* char **, owned, NULL-terminated */
};

struct config_key {
    const char *path; /* dotted */
    enum config_kind kind;
    size_t field;       /* offsetof in the target */
    const char *preset; /* the default, as in the file but without quotes; "" for none and for an empty list */
    int64_t low;        /* bounds of CONFIG_INT, CONFIG_SIZE, CONFIG_DURATION, both inclusive */
    int64_t high;
    const char *const *choices; /* NULL-terminated */
    bool secret;                /* may hold a password: a text, which no message shows */
    bool url;                   /* with secret: a URL or connection string, of which a part may be a password */
    const char *help;           /* one or more plain sentences */
};

/* The last element of a key's path. */
static inline const char *config_key_name(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot != NULL ? dot + 1 : path;
}

struct config_table {
    const struct config_key *keys; /* keys of one group stand together */
    size_t count;
    const char *const (*groups)[2]; /* path and a sentence of help for groups that want one; ends with {NULL, NULL} */
};

/* Sets every field of the table, in a target that was zeroed, from the file or to its default. On false there is
 * nothing to free. */
bool config_table_load(const struct config_table *table, const struct config_file *file, void *target, struct err *err);
void config_table_free(const struct config_table *table, void *target);

/* Logs each setting of the file that is not in the table, with its line and the most similar name in the table. Returns
 * how many there are. */
size_t config_table_warn_unknown(const struct config_table *table, const struct config_file *file);

/* Does the file hold a password? A secret key that is empty, or is a URL without a password, does not count. */
bool config_table_has_secret(const struct config_table *table, const struct config_file *file);

/* Prints a sample file that sets nothing: all groups, each key commented out with its default and its help above it. */
void config_table_print_sample(const struct config_table *table, FILE *out);

/* One line of a configuration file. */
struct config_assignment {
    const char *path;    /* a key of the table */
    const char *value;   /* as it stands in the file; config_quote makes that of a text */
    const char *comment; /* behind it, one line */
};

/* NULL: the key is not among them. */
const struct config_assignment *config_assignment_find(const struct config_assignment *assignments, size_t count,
                                                       const char *path);

/* Appends the text in quotation marks, so that libconfig reads exactly it. */
void config_quote(struct buffer *out, const char *text);

/* Prints a file that sets these keys and no others, in the order of the table. Each key is there once at most. */
void config_table_print_assignments(const struct config_table *table, const struct config_assignment *assignments,
                                    size_t count, FILE *out);

/* Prints the manual section in mdoc(7): a subsection for each group, its keys as a list. */
void config_table_print_manual(const struct config_table *table, FILE *out);
