/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "curl_loop.h"

static void on_curl(evutil_socket_t fd, short what, void *context)
{
    struct curl_loop *loop = context;
    (void)fd;
    (void)what;
    http_client_step(loop->client);
    curl_loop_started(loop);
}

void curl_loop_open(struct curl_loop *loop, struct event_base *base, struct http_client *client)
{
    struct pollfd poll;
    loop->client = client;
    http_client_polls(client, &poll);
    event_assign(&loop->socket, base, poll.fd, EV_READ | EV_PERSIST, on_curl, loop);
    event_assign(&loop->timer, base, -1, 0, on_curl, loop);
    event_add(&loop->socket, NULL);
}

void curl_loop_started(struct curl_loop *loop)
{
    struct pollfd poll;
    int timeout_ms = http_client_polls(loop->client, &poll);
    if (timeout_ms >= 0) {
        event_add(&loop->timer,
                  &(const struct timeval){.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000});
    } else {
        event_del(&loop->timer);
    }
}

void curl_loop_close(struct curl_loop *loop)
{
    if (loop->client != NULL) {
        event_del(&loop->socket);
        event_del(&loop->timer);
        http_client_free(loop->client);
        loop->client = NULL;
    }
}
