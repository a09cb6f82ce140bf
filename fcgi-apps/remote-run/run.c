/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "remote-run/run.h"

#include <poll.h>
#include <stdlib.h>

#include "remote-run/run_command.h"
#include "remote-run/run_hub.h"
#include "remote-run/run_relays.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/subprocess.h"
#include "util/xmalloc.h"

#define LOG_COMPONENT "run"

enum { WAIT_MS_MAX = 60 * 1000, CLIENT_LOOK_MS = 1000 };

struct parts {
    struct run *run;
    struct run_commands *commands;
    struct run_relays *relays;
    struct run_hub *hub;
    struct pollfd *polls; /* for the cancellation, the requests, the hub, the commands */
    int64_t next_look;    /* when to ask for the client again */
    bool cancelled;
};

/* Reports the nodes that were not tried at all. */
static void say_left_out(struct run *run)
{
    const struct remote_run_targets *targets = run->targets;
    for (size_t i = 0; i < targets->refused_count; i++) {
        struct slice id = targets->refused[i];
        log_warn("node left out: its host name in the node list is none", log_slice("node", id));
        run_output_say(&run->output, "node %.*s is left out: its host name in the node list is none", (int)id.len,
                       id.at);
    }
    if (targets->unknown > 0) {
        log_warn("unknown nodes left out", log_number("nodes", (int64_t)targets->unknown),
                 log_slice("first", targets->first_unknown));
    }
}

static void cancel(struct parts *parts)
{
    if (!parts->cancelled) {
        log_info("nobody waits for the remote run any more: it is ended");
        parts->cancelled = true;
        run_commands_stop(parts->commands);
        run_relays_stop(parts->relays);
        run_hub_stop(parts->hub);
    }
}

/* httpd closes its connection to us only when it has something to write and the client is gone. */
static void look_at_client(struct parts *parts)
{
    int64_t now = clock_ms();
    if (parts->run->client != NULL && !parts->cancelled && now >= parts->next_look) {
        parts->next_look = now + CLIENT_LOOK_MS;
        if (!tcp_peer_present(parts->run->client)) {
            cancel(parts);
        }
    }
}

static void wait_for_something(struct parts *parts)
{
    int64_t now = clock_ms();
    int64_t wake = now + (parts->run->client != NULL ? CLIENT_LOOK_MS : WAIT_MS_MAX);
    parts->polls[0] =
        (struct pollfd){.fd = parts->cancelled ? -1 : parts->run->cancel, .events = parts->run->cancel_events};
    size_t count = 1 + run_relays_polls(parts->relays, parts->polls + 1, &wake);
    count += run_hub_polls(parts->hub, parts->polls + count, &wake);
    count += run_commands_polls(parts->commands, parts->polls + count, &wake);
    poll(parts->polls, count, wake > now ? (int)(wake - now) + 1 : 0);
    if ((parts->polls[0].revents & (parts->run->cancel_events | POLLHUP | POLLERR | POLLNVAL)) != 0) {
        cancel(parts);
    }
}

bool run_all(struct run *run)
{
    const struct remote_run_targets *targets = run->targets;
    struct parts parts = {.run = run};
    subprocess_reap();
    parts.hub = run_hub_ask(run->config, run->request, run->targets, &run->output);
    say_left_out(run);
    parts.commands =
        run_commands_new(run->config, run->helper, run->request->conditions, targets->hosts, targets->host_count,
                         &run->output);
    parts.relays = run_relays_new(run->config, run->index, run->via, run->request, targets, &run->output);
    parts.polls = xcalloc(3 + run_commands_most_polls(parts.commands), sizeof *parts.polls);
    for (;;) {
        bool here = run_commands_step(parts.commands);
        bool there = run_relays_step(parts.relays);
        bool waiting = run_hub_step(parts.hub);
        if (!run_output_flush(&run->output)) {
            cancel(&parts);
        }
        if (!here && !there && !waiting) {
            break;
        }
        wait_for_something(&parts);
        look_at_client(&parts);
    }
    run_commands_free(parts.commands);
    run_relays_free(parts.relays);
    run_hub_free(parts.hub);
    free(parts.polls);
    run_output_free(&run->output);
    return !parts.cancelled;
}
