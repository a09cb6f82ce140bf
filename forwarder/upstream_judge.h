/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * upstream_judge: what an answer says about the upstream, so that the other files go, wait, or wait only as far as they
 * are of the same node. Sets the breakers and suspends nodes; what becomes of the file itself is upstream_transfer's.
 * Private to sink_upstream.
 */
#pragma once

#include "upstream_answer.h"
#include "upstream_transfer.h"

/* To be called before the job ends. */
void upstream_judge(const struct upstream_transfer *transfer, const struct upstream_answer *answer);
