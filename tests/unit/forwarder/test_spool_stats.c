/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/spool_stats.h"
#include "relay/relay_metrics.h"
#include "support/suite.h"
#include "support/tmpdir.h"

static void make_directory(const struct tmpdir *directory, const char *name)
{
    ck_assert_int_eq(mkdirat(directory->fd, name, 0700), 0);
}

START_TEST(figures_are_those_of_the_directories)
{
    struct tmpdir directory = tmpdir_make();
    struct relay_spool_stats figures;
    char nowhere[] = "/nowhere";
    struct relay_config config = {.reporting = {.directory = directory.path, .catchup_frequency = 10},
                                  .inventory = {.directory = nowhere}};
    struct relay_state *state = relay_state_open("/nowhere/at/all", relay_metrics_fingerprint());
    make_directory(&directory, "incoming");
    make_directory(&directory, "failed");
    tmpdir_write(directory.fd, "incoming/a.log", "four");
    tmpdir_write(directory.fd, "incoming/b.log", "sixsix");
    tmpdir_write(directory.fd, "incoming/.hidden.tmp", "not counted");
    tmpdir_write(directory.fd, "failed/c.log", "three");
    tmpdir_write(directory.fd, "failed/c.log.reason", "not counted either");
    tmpdir_age(directory.fd, "incoming/b.log", 1000);
    ck_assert_int_eq(spool_stats_publish(&config, state), 10000);
    relay_metrics_spool(state, RELAY_KIND_REPORT, false, &figures);
    ck_assert_uint_eq(figures.sum.files, 2);
    ck_assert_uint_eq(figures.sum.bytes, 10);
    ck_assert_int_le(figures.sum.oldest, time(NULL) - 1000);
    ck_assert_int_gt(figures.sum.oldest, time(NULL) - 1200);
    ck_assert_int_ne(figures.checked, 0);
    relay_metrics_spool(state, RELAY_KIND_REPORT, true, &figures);
    ck_assert_uint_eq(figures.sum.files, 1);
    relay_metrics_spool(state, RELAY_KIND_INVENTORY, false, &figures);
    ck_assert_int_eq(figures.checked, 0); /* there is no such directory */
    relay_state_close(state);
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("spool_stats", figures_are_those_of_the_directories)
