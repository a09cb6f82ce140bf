/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * upstream_judge: what an answer says about the upstream: all other files wait, or those of a kind, or those of a node.
 * Sets the breakers and suspends nodes. What becomes of the file itself, upstream_transfer decides. Private to
 * sink_upstream.
 */
#pragma once

#include "upstream_answer.h"
#include "upstream_transfer.h"

/* To be called before the job ends. */
void upstream_judge(const struct upstream_transfer *transfer, const struct upstream_answer *answer);
