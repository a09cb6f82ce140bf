/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * intake: can uploads come in? Explains to an administrator why none do.
 *
 * It checks the free space in the file systems of the spool against upload.min_free_space, the uploads of the last
 * minutes that were answered with a 5xx, and whether the workers of the endpoints run and are free.
 */
#pragma once

#include <stdint.h>

#include "relay/findings.h"
#include "relay/relay_config.h"
#include "relay/relay_state.h"

enum { INTAKE_MINUTES = 5 };

/* Adds what it finds: that some or all uploads fail, or that they soon will, or that another endpoint fails. state:
 * what the programs share. If it is not shared, or NULL, only the space is checked. now_seconds: since 1970. */
void intake_check(const struct relay_config *config, const struct relay_state *state, int64_t now_seconds,
                  struct findings *findings);
