/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/spool_beside.h"

#include <pthread.h>

#include "support/suite.h"
#include "support/tmpdir.h"
#include "util/buffer.h"
#include "util/safe_file.h"

#define RUN "2018-08-24T15:55:01+00:00@n.log.gz"

/* Comes as an upload does. Returns the name that it got, "" when it got none. */
static const char *come(const struct tmpdir *directory, const char *name, const char *content,
                        enum spool_place expected)
{
    static char placed[SAFE_FILE_NAME_SIZE];
    struct err err = {""};
    tmpdir_write(directory->fd, ".coming", content);
    enum spool_place place =
        spool_beside_place(directory->fd, ".coming", directory->fd, name, SPOOL_BESIDE_UPLOADS, placed, &err);
    ck_assert_msg(place == expected, "%s %s: %d (%s)", name, content, (int)place, err.text);
    bool moved = place == SPOOL_PLACE_NEW || place == SPOOL_PLACE_BESIDE;
    ck_assert(moved != tmpdir_has(directory->fd, ".coming"));
    if (!moved) {
        ck_assert_int_eq(unlinkat(directory->fd, ".coming", 0), 0);
    }
    return moved ? placed : "";
}

static void expect(const struct tmpdir *directory, const char *name, const char *content)
{
    struct buffer text = {0};
    struct err err = {""};
    ck_assert_msg(safe_file_read(directory->fd, name, 1000, &text, &err), "%s", err.text);
    ck_assert_msg(strcmp(buffer_cstr(&text), content) == 0, "%s: '%s' instead of '%s'", name, buffer_cstr(&text),
                  content);
    buffer_free(&text);
}

static void leave(const struct tmpdir *directory, const char *name)
{
    ck_assert_int_eq(unlinkat(directory->fd, name, 0), 0);
}

START_TEST(names_tell_which_one_it_is)
{
    char name[SAFE_FILE_NAME_SIZE];
    spool_beside_name("a.log", 0, name);
    ck_assert_str_eq(name, "a.log");
    spool_beside_name("a.log", 12, name);
    ck_assert_str_eq(name, "a.log.~12~");
    ck_assert_uint_eq(spool_beside_number("a.log.~12~", name), 12);
    ck_assert_str_eq(name, "a.log");
    static const char *const others[] = {"a.log", "a.~0~", "a.~1",   "a.~1~x", "a.~x~",
                                         "a~1~",  ".~1~",  "a.~16~", "a.~-1~"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        ck_assert_msg(spool_beside_number(others[i], name) == 0, "%s", others[i]);
        ck_assert_str_eq(name, others[i]);
        ck_assert(!spool_beside_is(others[i]));
    }
}
END_TEST

START_TEST(other_bytes_wait_beside_in_order)
{
    struct tmpdir directory = tmpdir_make();
    ck_assert_str_eq(come(&directory, RUN, "one", SPOOL_PLACE_NEW), RUN);
    come(&directory, RUN, "one", SPOOL_PLACE_SAME);
    ck_assert_str_eq(come(&directory, RUN, "two", SPOOL_PLACE_BESIDE), RUN ".~1~");
    ck_assert_str_eq(come(&directory, RUN, "three", SPOOL_PLACE_BESIDE), RUN ".~2~");
    come(&directory, RUN, "two", SPOOL_PLACE_SAME);
    come(&directory, RUN, "four", SPOOL_PLACE_BESIDE);
    come(&directory, RUN, "five", SPOOL_PLACE_FULL);
    ck_assert(!spool_beside_release(directory.fd, RUN));
    expect(&directory, RUN, "one");
    leave(&directory, RUN);
    /* whoever comes now does not overtake those that wait */
    come(&directory, RUN, "five", SPOOL_PLACE_FULL);
    ck_assert(spool_beside_release(directory.fd, RUN));
    expect(&directory, RUN, "two");
    expect(&directory, RUN ".~1~", "three");
    expect(&directory, RUN ".~2~", "four");
    ck_assert_str_eq(come(&directory, RUN, "five", SPOOL_PLACE_BESIDE), RUN ".~3~");
    leave(&directory, RUN);
    ck_assert(spool_beside_release(directory.fd, RUN ".~2~")); /* by the name of any of them */
    expect(&directory, RUN, "three");
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_gap_is_no_end)
{
    struct tmpdir directory = tmpdir_make();
    tmpdir_write(directory.fd, RUN ".~2~", "two");
    tmpdir_write(directory.fd, RUN ".~4~", "four");
    come(&directory, RUN, "five", SPOOL_PLACE_FULL); /* it would have to be the fifth */
    ck_assert(spool_beside_release(directory.fd, RUN));
    expect(&directory, RUN, "two");
    expect(&directory, RUN ".~1~", "four");
    ck_assert(!tmpdir_has(directory.fd, RUN ".~4~"));
    tmpdir_remove(&directory);
}
END_TEST

enum { AT_ONCE = 8, ROUNDS = 50 };

struct comer {
    struct tmpdir *directory;
    unsigned number;
    unsigned placed;
};

/* Each round a file of its own under the same name. */
static void *come_often(void *context)
{
    struct comer *comer = context;
    char placed[SAFE_FILE_NAME_SIZE];
    for (unsigned i = 0; i < ROUNDS; i++) {
        char from[32], name[32], content[32];
        struct err err;
        snprintf(from, sizeof from, ".from-%u", comer->number);
        snprintf(name, sizeof name, "%u.log", i);
        snprintf(content, sizeof content, "%u of %u", i, comer->number);
        tmpdir_write(comer->directory->fd, from, content);
        enum spool_place place = spool_beside_place(comer->directory->fd, from, comer->directory->fd, name,
                                                    SPOOL_BESIDE_UPLOADS, placed, &err);
        comer->placed += place == SPOOL_PLACE_NEW || place == SPOOL_PLACE_BESIDE;
    }
    return NULL;
}

START_TEST(comers_at_the_same_time_replace_nothing)
{
    struct tmpdir directory = tmpdir_make();
    struct comer comers[AT_ONCE];
    pthread_t threads[AT_ONCE];
    unsigned placed = 0;
    for (unsigned i = 0; i < AT_ONCE; i++) {
        comers[i] = (struct comer){&directory, i, 0};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, come_often, &comers[i]), 0);
    }
    for (unsigned i = 0; i < AT_ONCE; i++) {
        pthread_join(threads[i], NULL);
        placed += comers[i].placed;
    }
    unsigned there = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        for (unsigned n = 0; n <= SPOOL_BESIDE_UPLOADS; n++) {
            char base[32], name[SAFE_FILE_NAME_SIZE];
            snprintf(base, sizeof base, "%u.log", i);
            spool_beside_name(base, n, name);
            there += tmpdir_has(directory.fd, name);
        }
    }
    ck_assert_uint_eq(placed, there);
    ck_assert_uint_eq(there, ROUNDS * (SPOOL_BESIDE_UPLOADS + 1));
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(pairs_stay_together)
{
    struct tmpdir directory = tmpdir_make();
    come(&directory, "h.ocs.gz", "one", SPOOL_PLACE_NEW);
    come(&directory, "h.ocs.sign", "sign one", SPOOL_PLACE_NEW);
    ck_assert_str_eq(come(&directory, "h.ocs.gz", "two", SPOOL_PLACE_BESIDE), "h.ocs.gz.~1~");
    ck_assert_str_eq(come(&directory, "h.ocs.sign", "sign two", SPOOL_PLACE_BESIDE), "h.ocs.sign.~1~");
    come(&directory, "h.ocs.sign", "sign one", SPOOL_PLACE_SAME);
    leave(&directory, "h.ocs.gz");
    ck_assert(!spool_beside_release(directory.fd, "h.ocs.gz")); /* its signature is on its way still */
    leave(&directory, "h.ocs.sign");
    ck_assert(spool_beside_release(directory.fd, "h.ocs.sign"));
    expect(&directory, "h.ocs.gz", "two");
    expect(&directory, "h.ocs.sign", "sign two");
    /* the signature before its inventory */
    ck_assert_str_eq(come(&directory, "h.ocs.gz", "three", SPOOL_PLACE_BESIDE), "h.ocs.gz.~1~");
    come(&directory, "h.ocs.sign", "sign three", SPOOL_PLACE_BESIDE);
    ck_assert_str_eq(come(&directory, "h.ocs.sign", "sign four", SPOOL_PLACE_BESIDE), "h.ocs.sign.~2~");
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_wrong_signature_spoils_nothing)
{
    struct tmpdir directory = tmpdir_make();
    come(&directory, "h.ocs", "right", SPOOL_PLACE_NEW);
    come(&directory, "h.ocs.sign", "wrong", SPOOL_PLACE_NEW);
    come(&directory, "h.ocs.sign", "sign right", SPOOL_PLACE_BESIDE);
    expect(&directory, "h.ocs.~1~", "right"); /* goes with either */
    expect(&directory, "h.ocs.sign.~1~", "sign right");
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_strange_inventory_does_not_take_the_signature_along)
{
    struct tmpdir directory = tmpdir_make();
    come(&directory, "h.ocs", "right", SPOOL_PLACE_NEW);
    come(&directory, "h.ocs", "strange", SPOOL_PLACE_BESIDE);
    come(&directory, "h.ocs.sign", "sign right", SPOOL_PLACE_BESIDE);
    expect(&directory, "h.ocs.sign", "sign right");
    expect(&directory, "h.ocs.sign.~1~", "sign right");
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_signature_first_waits_for_its_inventory)
{
    struct tmpdir directory = tmpdir_make();
    char lone[SAFE_FILE_NAME_SIZE];
    ck_assert(!spool_beside_lone(directory.fd, "h.ocs", lone));
    come(&directory, "h.ocs.sign", "sign", SPOOL_PLACE_NEW);
    ck_assert(spool_beside_lone(directory.fd, "h.ocs", lone));
    ck_assert_str_eq(lone, "h.ocs.sign");
    ck_assert_str_eq(come(&directory, "h.ocs", "one", SPOOL_PLACE_NEW), "h.ocs");
    ck_assert(!spool_beside_lone(directory.fd, "h.ocs.sign.~1~", lone));
    ck_assert(!spool_beside_lone(directory.fd, RUN, lone));
    tmpdir_remove(&directory);
}
END_TEST

START_TEST(a_release_that_was_cut_is_completed)
{
    struct tmpdir directory = tmpdir_make();
    tmpdir_write(directory.fd, "h.ocs", "two");
    tmpdir_write(directory.fd, "h.ocs.sign.~1~", "sign two");
    ck_assert(spool_beside_release(directory.fd, "h.ocs.sign.~1~"));
    expect(&directory, "h.ocs.sign", "sign two");
    tmpdir_remove(&directory);
}
END_TEST

/* It has its signature in it: nobody waits for one. */
START_TEST(a_message_is_whole_by_itself)
{
    struct tmpdir directory = tmpdir_make();
    char lone[SAFE_FILE_NAME_SIZE];
    come(&directory, "h.smime.ocs.gz", "one", SPOOL_PLACE_NEW);
    ck_assert_str_eq(come(&directory, "h.smime.ocs.gz", "two", SPOOL_PLACE_BESIDE), "h.smime.ocs.gz.~1~");
    ck_assert(!spool_beside_lone(directory.fd, "h.smime.ocs.gz", lone));
    ck_assert(!spool_beside_lone(directory.fd, "h.smime.ocs.gz.~1~", lone));
    tmpdir_remove(&directory);
}
END_TEST

SUITE_MAIN("spool_beside", names_tell_which_one_it_is, other_bytes_wait_beside_in_order, a_gap_is_no_end,
           comers_at_the_same_time_replace_nothing, pairs_stay_together, a_wrong_signature_spoils_nothing,
           a_strange_inventory_does_not_take_the_signature_along, a_signature_first_waits_for_its_inventory,
           a_release_that_was_cut_is_completed, a_message_is_whole_by_itself)
