/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * curl_loop: an http_client (util/http_client.h) in libevent's loop.
 *
 * It owns the client. Whoever starts a request calls curl_loop_started afterwards.
 */
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>

#include "util/http_client.h"

struct curl_loop {
    struct http_client *client; /* NULL when the loop is not open */
    struct event socket, timer;
};

void curl_loop_open(struct curl_loop *loop, struct event_base *base, struct http_client *client);
void curl_loop_started(struct curl_loop *loop);
void curl_loop_close(struct curl_loop *loop);
