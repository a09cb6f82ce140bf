/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * config_preprocess: what config_file does to the text before libconfig sees it. See there for why.
 */
#pragma once

#include <stdbool.h>

#include "util/buffer.h"
#include "util/err.h"
#include "util/slice.h"

/* Appends the text to out. On false err says what is wrong, and *line (from 1) where. */
bool config_preprocess(struct slice text, struct buffer *out, unsigned *line, struct err *err);
