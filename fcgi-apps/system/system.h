/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * system: how the relay is, and its reload.
 *
 * Source: PROTOCOL.md section 10 for info, status and reload, whose answers callers compare byte for byte; queue and
 * the page are this project's.
 *
 * No secret is needed here: whether the database or the upstream can be used is what the forwarder found
 * (relay_state.h), said together with its age.
 */
#pragma once

#include "endpoint/request.h"
#include "endpoint/response.h"
#include "relay/relay_config.h"
#include "util/err.h"

void *system_start(const struct relay_config *config, struct err *err);
void system_stop(void *state);

void system_get_info(void *state, struct request *request, struct response *response);
void system_get_status(void *state, struct request *request, struct response *response);
void system_get_queue(void *state, struct request *request, struct response *response);
void system_post_reload(void *state, struct request *request, struct response *response);
void system_get_page(void *state, struct request *request, struct response *response);
