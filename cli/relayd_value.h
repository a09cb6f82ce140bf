/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relayd_value: single values on their way from TOML, or from an older relay.conf, into relay.conf. Part of
 * relayd_import.
 *
 * A value is text as it stands behind the = in relay.conf. The caller frees it.
 */
#pragma once

#include <libconfig.h>
#include <stdbool.h>

#include "toml_value.h"
#include "util/err.h"

/* Paths lose the slashes at their end. */
char *relayd_value_of(const char *path, const struct toml_value *value);

/* NULL for a group and what else is no value of a key. */
char *relayd_value_of_setting(const config_setting_t *setting);

/* Would relay.conf be right with this value? err names file and line, as if the setting stood there. */
bool relayd_value_fits(const char *path, const char *value, const char *file, unsigned line, struct err *err);

/* The default of a key of relay.conf. */
const char *relayd_value_default(const char *path);
