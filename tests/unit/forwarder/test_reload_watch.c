/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <poll.h>

#include "forwarder/reload_watch.h"
#include "relay/relay_metrics.h"
#include "support/suite.h"
#include "support/tmpdir.h"

static bool wakes(const struct reload_watch *watch)
{
    struct pollfd fd = {.fd = watch->fd, .events = POLLIN};
    return poll(&fd, 1, 0) == 1;
}

START_TEST(a_request_wakes_once)
{
    struct tmpdir directory = tmpdir_make();
    char path[128];
    snprintf(path, sizeof path, "%s/state", directory.path);
    struct relay_state *mine = relay_state_open(path, relay_metrics_fingerprint()),
                       *other = relay_state_open(path, relay_metrics_fingerprint());
    struct reload_watch watch;
    reload_watch_open(&watch, mine, path);
    relay_state_add(other, 1, 1);
    ck_assert(!wakes(&watch));
    ck_assert(!reload_watch_requested(&watch));
    relay_state_raise_generation(other);
    ck_assert(wakes(&watch));
    ck_assert(reload_watch_requested(&watch));
    ck_assert(!wakes(&watch));
    ck_assert(!reload_watch_requested(&watch));

    ck_assert_int_eq(unlink(path), 0); /* the file is made anew, and watched */
    ck_assert(wakes(&watch));
    (void)reload_watch_requested(&watch);
    relay_state_refresh(other);
    relay_state_raise_generation(other);
    ck_assert(wakes(&watch));
    ck_assert(reload_watch_requested(&watch));
    reload_watch_close(&watch);
    relay_state_close(mine);
    relay_state_close(other);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("reload_watch", a_request_wakes_once)
