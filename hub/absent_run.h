/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * absent_run: those nodes of an order from above that do not wait here: remote-run of this relay runs them by its
 * command, or by the relays below, as it would without a hub (hub.remote_run_url).
 *
 * This is tried once. An order that the hub was killed over is not tried again for them: nobody could tell who of them
 * has run.
 */
#pragma once

#include "curl_loop.h"
#include "order_text.h"
#include "relay/relay_config.h"
#include "upstream_run.h"

LIST_HEAD(absent_run_list, absent_run);

/* A source of run, for as long as it takes. Does nothing without nodes. The ids are copied. */
void absent_run_start(struct absent_run_list *list, struct curl_loop *local, const struct relay_config *config,
                      const struct order_text *order, const struct slice *ids, size_t count, struct upstream_run *run);

/* At the end of the process: those that are under way are ended. */
void absent_run_free_all(struct absent_run_list *list);
