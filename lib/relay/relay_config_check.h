/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * relay_config_check: what a table cannot say: values that depend on each other, and passwords in files of their own.
 * A part of relay_config; nobody else includes it.
 */
#ifndef RELAY_RELAY_RELAY_CONFIG_CHECK_H
#define RELAY_RELAY_RELAY_CONFIG_CHECK_H

#include "relay/relay_config.h"
#include "util/config_file.h"

/* Settles node_id and nodes_certs_file, then looks for contradictions. err names the file, and the line where there is
 * one. */
bool relay_config_check(struct relay_config *config, const struct config_file *file, struct err *err);

#endif
