/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relay_config_check: what a table cannot say: values that depend on each other. A part of relay_config; nobody else
 * includes it. What only the forwarder needs right is in relay_config_passwords.c: it takes libpq, and the other
 * programs are smaller without.
 */
#ifndef RELAY_RELAY_CONFIG_CHECK_H
#define RELAY_RELAY_CONFIG_CHECK_H

#include "relay/relay_config.h"
#include "util/buffer.h"
#include "util/config_file.h"

enum { RELAY_CONFIG_SHORT_FILE = 4096 }; /* bytes: a file with a node id, a password */

/* Settles node_id and nodes_certs_file, then looks for contradictions. err names the file, and the line where there is
 * one. */
bool relay_config_check(struct relay_config *config, const struct config_file *file, struct err *err);

/* For relay_config_passwords.c, too. */
extern const char relay_config_twice[];
void relay_config_replace(char **text, char *by);
struct slice relay_config_first_line(const struct buffer *content);

#endif
