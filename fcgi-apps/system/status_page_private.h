/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * status_page_private: what the source files of status_page share. Nobody else includes it.
 */
#pragma once

#include "system/health.h"
#include "util/buffer.h"

extern const char status_page_style[];

/* What waits, what failed and why. */
void status_page_add_queue(struct buffer *out, const struct health *health);
