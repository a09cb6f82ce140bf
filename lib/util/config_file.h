/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * config_file: one libconfig file, and messages that name its lines.
 *
 * Source: the libconfig manual, "Configuration Files". Two things are dealt with before libconfig (1.5 and newer) sees
 * the text: a number above 32 bits gets the `L` that libconfig 1.5 wants and would otherwise silently cut to 32 bits;
 * and @include is refused, since an included file that is a directory ends the whole process inside libconfig, and its
 * lines are misreported.
 */
#pragma once

#include <libconfig.h>
#include <stdbool.h>

#include "util/err.h"
#include "util/slice.h"

enum { CONFIG_FILE_LIMIT = 1 << 20 }; /* bytes */

struct config_file;

/* NULL with "<path>:<line>: <why>" in err, without the line when the file cannot be read. */
struct config_file *config_file_read(const char *path, struct err *err);

/* The same from memory; name is what messages call it. */
struct config_file *config_file_parse(const char *name, struct slice text, struct err *err);

/* Takes NULL. The settings found in the file are no longer valid. */
void config_file_close(struct config_file *file);

const char *config_file_name(const struct config_file *file);
const config_setting_t *config_file_root(const struct config_file *file);

/* The setting of a dotted path, or NULL. When an element of the path before the last is not a group, the result is
 * NULL, and err, if given, says so (it is "" otherwise). */
const config_setting_t *config_file_find(const struct config_file *file, const char *key, struct err *err);

/* "<path>:<line>: <key>: <formatted>" to err, without the line when the key is not in the file. Always false. */
bool config_file_fault(const struct config_file *file, const char *key, struct err *err, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
