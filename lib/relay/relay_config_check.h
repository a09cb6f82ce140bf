/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relay_config_check: checks values that depend on each other, which a table cannot describe. Part of relay_config; no
 * other module includes it. Checks that only the forwarder needs are in relay_config_passwords.c, because they need
 * libpq, and the other programs are smaller without it.
 */
#pragma once

#include "relay/relay_config.h"
#include "util/buffer.h"
#include "util/config_file.h"

enum { RELAY_CONFIG_SHORT_FILE = 4096 }; /* bytes: a file with a node id, a password */

/* Sets node_id and nodes_certs_file, then looks for contradictions. err names the file and, if possible, the line. */
bool relay_config_check(struct relay_config *config, const struct config_file *file, struct err *err);

/* Also used by relay_config_passwords.c. */
extern const char relay_config_twice[];
void relay_config_replace(char **text, char *by);
struct slice relay_config_first_line(const struct buffer *content);
