/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the forwarder tells and is told by the shared state: spool_figures and generation_watch.
 */
#include <poll.h>

#include "forwarder/generation_watch.h"
#include "forwarder/spool_figures.h"
#include "relay/relay_metrics.h"
#include "support/tmpdir.h"
#include "support/suite.h"

static void make_folder(const struct tmpdir *folder, const char *name)
{
    ck_assert_int_eq(mkdirat(folder->fd, name, 0700), 0);
}

START_TEST(figures_are_those_of_the_folders)
{
    struct tmpdir folder = tmpdir_make();
    struct relay_spool_stats figures;
    char nowhere[] = "/nowhere";
    struct relay_config config = {.reporting = {.directory = folder.path, .catchup_frequency = 10},
                                  .inventory = {.directory = nowhere}};
    struct relay_state *state = relay_state_open("/nowhere/at/all");
    make_folder(&folder, "incoming");
    make_folder(&folder, "failed");
    tmpdir_write(folder.fd, "incoming/a.log", "four");
    tmpdir_write(folder.fd, "incoming/b.log", "sixsix");
    tmpdir_write(folder.fd, "incoming/.hidden.tmp", "not counted");
    tmpdir_write(folder.fd, "failed/c.log", "three");
    tmpdir_write(folder.fd, "failed/c.log.reason", "not counted either");
    tmpdir_age(folder.fd, "incoming/b.log", 1000);
    ck_assert_int_eq(spool_figures_publish(&config, state), 10000);
    relay_metrics_spool(state, RELAY_KIND_REPORT, false, &figures);
    ck_assert_uint_eq(figures.files, 2);
    ck_assert_uint_eq(figures.bytes, 10);
    ck_assert_int_le(figures.oldest, time(NULL) - 1000);
    ck_assert_int_gt(figures.oldest, time(NULL) - 1200);
    ck_assert_int_ne(figures.checked, 0);
    relay_metrics_spool(state, RELAY_KIND_REPORT, true, &figures);
    ck_assert_uint_eq(figures.files, 1);
    relay_metrics_spool(state, RELAY_KIND_INVENTORY, false, &figures);
    ck_assert_int_eq(figures.checked, 0); /* there is no such folder */
    relay_state_close(state);
    tmpdir_remove(&folder);
}
END_TEST

static bool wakes(const struct generation_watch *watch)
{
    struct pollfd fd = {.fd = watch->fd, .events = POLLIN};
    return poll(&fd, 1, 0) == 1;
}

START_TEST(a_raised_generation_wakes_once)
{
    struct tmpdir folder = tmpdir_make();
    char path[128];
    snprintf(path, sizeof path, "%s/state", folder.path);
    struct relay_state *mine = relay_state_open(path), *other = relay_state_open(path);
    struct generation_watch watch;
    generation_watch_open(&watch, mine, path);
    relay_state_add(other, 1, 1);
    ck_assert(!wakes(&watch));
    ck_assert(!generation_watch_raised(&watch));
    relay_state_raise_generation(other);
    ck_assert(wakes(&watch));
    ck_assert(generation_watch_raised(&watch));
    ck_assert(!wakes(&watch));
    ck_assert(!generation_watch_raised(&watch));

    ck_assert_int_eq(unlink(path), 0); /* the file is made anew, and watched */
    ck_assert(wakes(&watch));
    (void)generation_watch_raised(&watch);
    relay_state_refresh(other);
    relay_state_raise_generation(other);
    ck_assert(wakes(&watch));
    ck_assert(generation_watch_raised(&watch));
    generation_watch_close(&watch);
    relay_state_close(mine);
    relay_state_close(other);
    tmpdir_remove(&folder);
}
END_TEST

SUITE_MAIN("informed", figures_are_those_of_the_folders, a_raised_generation_wakes_once)
