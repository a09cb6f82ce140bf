/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * absent_run: the nodes of an order from above that do not wait here. The hub asks remote-run of this relay
 * (hub.remote_run_url) to start them by its command or by the relays below, as it would without a hub.
 *
 * It asks once. The successor of a hub that was killed meanwhile does not ask again, because it cannot know which of
 * these nodes have run.
 */
#pragma once

#include "curl_loop.h"
#include "order_text.h"
#include "relay/relay_config.h"
#include "upstream_run.h"

LIST_HEAD(absent_run_list, absent_run);

/* Starts the nodes, and is a source of `run` until they have run. Does nothing when count is 0. The ids are copied. */
void absent_run_start(struct absent_run_list *list, struct curl_loop *local, const struct relay_config *config,
                      const struct order_text *order, const struct slice *ids, size_t count, struct upstream_run *run);

/* Ends those that are under way, at the end of the process. */
void absent_run_free_all(struct absent_run_list *list);
