/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "forwarder/inventory_pair.h"

#include "support/made_relay.h"
#include "support/suite.h"

static struct made_relay relay;
static struct spool_source source;
static int incoming_fd, failed_fd;

static void pair_set_up(void)
{
    made_relay_open(&relay);
    source = made_relay_source(&relay, RELAY_KIND_INVENTORY);
    incoming_fd = spool_incoming_fd(source.spool);
    failed_fd = spool_failed_fd(source.spool);
}

static void pair_tear_down(void)
{
    spool_source_close(&source);
    made_relay_close(&relay);
}

START_TEST(a_signature_waits_for_its_inventory_only)
{
    pair_set_up();
    ck_assert(!inventory_pair_waits(source.spool, "n1.ocs.sign"));
    tmpdir_write(incoming_fd, "n1.ocs", "inventory");
    ck_assert(inventory_pair_waits(source.spool, "n1.ocs.sign"));
    ck_assert(!inventory_pair_waits(source.spool, "n2.ocs.sign"));
    ck_assert(!inventory_pair_waits(source.spool, "n1.ocs"));
    tmpdir_write(incoming_fd, "n2.ocs.gz", "inventory");
    ck_assert(inventory_pair_waits(source.spool, "n2.ocs.sign")); /* of what is inside */
    ck_assert(!inventory_pair_waits(source.spool, "2018-08-24T15:55:01+00:00@n1.log"));
    pair_tear_down();
}
END_TEST

/* The signature comes first, is held while the inventory waits, and is the next file once it is released. */
START_TEST(a_released_signature_is_the_next_file)
{
    struct inventory_names signatures;
    pair_set_up();
    tmpdir_write(incoming_fd, "n1.ocs.sign", "signature");
    dispatch_arrived(source.dispatch, "n1.ocs");
    dispatch_arrived(source.dispatch, "n2.ocs");
    dispatch_arrived(source.dispatch, "n1.ocs.sign");
    struct queued_run *run = dispatch_take(source.dispatch);
    ck_assert_str_eq(queued_run_name(run), "n1.ocs.sign");
    dispatch_defer(source.dispatch, run, 3600000);
    run = dispatch_take(source.dispatch);
    ck_assert_str_eq(queued_run_name(run), "n1.ocs");
    inventory_name_signatures("n1.ocs", &signatures);
    inventory_pair_release(source.dispatch, source.spool, &signatures);
    ck_assert_str_eq(queued_run_name(dispatch_take(source.dispatch)), "n1.ocs.sign");
    ck_assert_str_eq(queued_run_name(dispatch_take(source.dispatch)), "n2.ocs");
    pair_tear_down();
}
END_TEST

START_TEST(a_signature_that_has_not_come_is_not_released)
{
    struct inventory_names signatures;
    pair_set_up();
    inventory_name_signatures("n1.ocs", &signatures);
    inventory_pair_release(source.dispatch, source.spool, &signatures);
    ck_assert_uint_eq(dispatch_count(source.dispatch), 0);
    pair_tear_down();
}
END_TEST

START_TEST(a_refused_inventory_takes_its_signatures_along)
{
    struct spool_note note;
    pair_set_up();
    tmpdir_write(incoming_fd, "n1.ocs.sign", "signature");
    tmpdir_write(incoming_fd, "n1.ocs.gz.sign", "signature");
    tmpdir_write(incoming_fd, "n2.ocs.sign", "signature");
    inventory_pair_refuse(source.spool, "n1.ocs.gz");
    ck_assert(tmpdir_has(failed_fd, "n1.ocs.sign"));
    ck_assert(tmpdir_has(failed_fd, "n1.ocs.gz.sign"));
    ck_assert(tmpdir_has(incoming_fd, "n2.ocs.sign"));
    spool_note_read(failed_fd, "n1.ocs.sign", &note);
    ck_assert_ptr_nonnull(strstr(note.reason.text, "the inventory that it signs was refused"));
    pair_tear_down();
}
END_TEST

/* n1.ocs.sign signs n1.ocs as well as what is in n1.ocs.gz. */
START_TEST(a_signature_stays_while_another_inventory_needs_it)
{
    pair_set_up();
    tmpdir_write(incoming_fd, "n1.ocs", "inventory");
    tmpdir_write(incoming_fd, "n1.ocs.sign", "signature");
    inventory_pair_refuse(source.spool, "n1.ocs.gz");
    ck_assert(tmpdir_has(incoming_fd, "n1.ocs.sign"));
    ck_assert(!tmpdir_has(failed_fd, "n1.ocs.sign"));
    pair_tear_down();
}
END_TEST

/* Without a signature nothing is written into failed/, not even a reason, and the log says nothing of one. */
START_TEST(an_inventory_without_signature_is_refused_alone)
{
    struct stat log;
    pair_set_up();
    int log_fd = openat(relay.directory.fd, "log", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    int stderr_fd = dup(STDERR_FILENO);
    ck_assert_int_ge(dup2(log_fd, STDERR_FILENO), 0);
    inventory_pair_refuse(source.spool, "n1.ocs");
    inventory_pair_refuse(source.spool, "n1.ocs.sign");
    ck_assert_int_ge(dup2(stderr_fd, STDERR_FILENO), 0);
    ck_assert_int_eq(fstat(log_fd, &log), 0);
    ck_assert_int_eq(log.st_size, 0);
    close(log_fd);
    close(stderr_fd);
    ck_assert_uint_eq(spool_count(failed_fd, 10), 0);
    ck_assert(!tmpdir_has(failed_fd, "n1.ocs.sign.reason"));
    pair_tear_down();
}
END_TEST

SUITE_MAIN("inventory_pair", a_signature_waits_for_its_inventory_only, a_released_signature_is_the_next_file,
           a_signature_that_has_not_come_is_not_released, a_refused_inventory_takes_its_signatures_along,
           a_signature_stays_while_another_inventory_needs_it, an_inventory_without_signature_is_refused_alone)
