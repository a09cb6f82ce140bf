/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relayd_import: the configuration of the original relay (relayd's main.conf and logging.conf, TOML), as settings of
 * relay.conf.
 *
 * Source: PROTOCOL.md section 15, and 19 for who writes these files: on a site, a template of root's policies. What
 * that template always says is nobody's choice (the frequencies of catchup, a retention of one day); it is not taken
 * over. Passwords are kept apart, so that relay.conf holds none: the URL of the database loses its own.
 *
 * A key that relayd takes and that cannot be carried over is told in a note, with file and line. It is an error where
 * the relay would do another thing than relayd without it (paths, outputs, hosts, passwords).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/buffer.h"
#include "util/config_file.h"
#include "util/config_table.h"
#include "util/err.h"

enum { RELAYD_IMPORT_SETTINGS_MAX = 128 };

enum relayd_password {
    RELAYD_PASSWORD_DATABASE,
    RELAYD_PASSWORD_UPSTREAM,
    RELAYD_PASSWORD_DEFAULT, /* of the upstream, for inventories of new nodes */
    RELAYD_PASSWORDS
};

/* What is owned is given back by relayd_import_free. */
struct relayd_import {
    struct config_assignment settings[RELAYD_IMPORT_SETTINGS_MAX]; /* value and comment are owned */
    size_t count;
    char *passwords[RELAYD_PASSWORDS]; /* NULL: not given. One line each, not empty */
    struct buffer notes;               /* lines: what was not carried over, and where it stands */
    struct buffer template_notes;      /* lines: the same of what root's template always writes */
};

/* The key of relay.conf that names the file of a password, and the file's name in the directory of relay.conf. */
const char *relayd_import_password_key(enum relayd_password password);
const char *relayd_import_password_file(enum relayd_password password);

/* Reads main.conf and, if it is there, logging.conf in the directory. import was zeroed. False with err on error; then,
 * too, relayd_import_free has to be called. */
bool relayd_import_read(const char *directory, struct relayd_import *import, struct err *err);

/* Adds the settings of an older relay.conf that relayd has no key for, or whose value there is not taken over. */
void relayd_import_keep(struct relayd_import *import, const struct config_file *old);

/* Adds a setting. value is taken over, comment is copied. */
void relayd_import_set(struct relayd_import *import, const char *path, char *value, const char *comment);

void relayd_import_free(struct relayd_import *import);
