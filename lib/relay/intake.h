/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * intake: can uploads come in? Explains to an administrator why none do.
 *
 * It checks the free space in the file systems of the spool against upload.min_free_space, the uploads of the last
 * minutes that were answered with a 5xx, and whether the workers of the endpoints run and are free.
 */
#ifndef RELAY_INTAKE_H
#define RELAY_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay/relay_config.h"
#include "relay/relay_state.h"
#include "util/err.h"

enum { INTAKE_FINDINGS_MAX = 16, INTAKE_MINUTES = 5 };

struct intake_finding {
    bool stops;      /* true: some or all uploads fail; false: they soon will, or another endpoint fails */
    struct err text; /* a sentence without its full stop */
};

/* Fills findings and returns how many there are: 0 when all is well. state: what the programs share. If it is not
 * shared, or NULL, only the space is checked. now_seconds: since 1970. */
size_t intake_check(const struct relay_config *config, const struct relay_state *state, int64_t now_seconds,
                    struct intake_finding findings[INTAKE_FINDINGS_MAX]);

#endif
