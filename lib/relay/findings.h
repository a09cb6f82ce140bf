/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * findings: what is wrong with a relay, in sentences for its administrator: on the status page, in its JSON, and from
 * check-config.
 *
 * All zero bytes is a valid value: nothing is wrong. A finding for which there is no room is left out, so the caller
 * adds the worst first. Texts must be printable.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/err.h"

enum { FINDINGS_MAX = 32 };

struct finding {
    bool stops;      /* true: something does not work; false: it works, but somebody should look at it */
    struct err text; /* a sentence without its full stop */
};

struct findings {
    struct finding at[FINDINGS_MAX];
    size_t count;
};

void findings_add(struct findings *findings, bool stops, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The first thing that does not work; "" when everything does. Belongs to findings. */
const char *findings_first_stop(const struct findings *findings);
