/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/relay_state.h"

#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/wait.h>

#include "relay/relay_state_private.h"
#include "support/suite.h"
#include "support/tmpdir.h"

enum { PROCESSES = 6, ADDITIONS = 2000 };
enum { FINGERPRINT = 4711 };

struct place {
    struct tmpdir directory;
    char path[128];
};

static struct place relay_state_place_make(void)
{
    struct place place = {.directory = tmpdir_make()};
    snprintf(place.path, sizeof place.path, "%s/figures", place.directory.path);
    return place;
}

static pid_t start_adding(const char *path)
{
    pid_t pid = fork();
    if (pid != 0) {
        return pid;
    }
    struct relay_state *state = relay_state_open(path, FINGERPRINT);
    for (int i = 0; i < ADDITIONS; i++) {
        relay_state_add(state, 7, 1);
        relay_state_count_activity(state, RELAY_ACTIVITY_DONE, 6000);
    }
    _exit(relay_state_shared(state) ? 0 : 1);
}

static void wait_for(const pid_t *pids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int status;
        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        ck_assert_int_eq(status, 0);
    }
}

static void count_together(const struct place *place)
{
    pid_t pids[PROCESSES];
    for (size_t i = 0; i < PROCESSES; i++) {
        pids[i] = start_adding(place->path);
    }
    wait_for(pids, PROCESSES);
    struct relay_state *state = relay_state_open(place->path, FINGERPRINT);
    ck_assert_uint_eq(relay_state_get(state, 7), PROCESSES * ADDITIONS);
    ck_assert_uint_eq(relay_state_activity(state, RELAY_ACTIVITY_DONE, 100), PROCESSES * ADDITIONS);
    relay_state_close(state);
}

START_TEST(several_processes_make_one_file_and_count_together)
{
    struct place place = relay_state_place_make();
    count_together(&place);
    for (int i = 0; i < 20; i++) { /* one that is damaged, and must be replaced, too */
        tmpdir_write(place.directory.fd, "figures", "RDRSTATE, but cut");
        count_together(&place);
    }
    tmpdir_remove(&place.directory);
}
END_TEST

START_TEST(figures_are_there_when_it_is_opened_again)
{
    struct place place = relay_state_place_make();
    struct relay_state *state = relay_state_open(place.path, FINGERPRINT);
    relay_state_add(state, 0, 3);
    relay_state_set(state, 1, 5);
    relay_state_set_peer(state, RELAY_PEER_UPSTREAM, RELAY_PEER_DOWN, "no route");
    relay_state_raise_generation(state);
    relay_state_close(state);
    state = relay_state_open(place.path, FINGERPRINT);
    ck_assert_uint_eq(relay_state_get(state, 0), 3);
    ck_assert_uint_eq(relay_state_get(state, 1), 5);
    ck_assert_uint_eq(relay_state_generation(state), 1);
    struct relay_peer_report report;
    relay_state_peer(state, RELAY_PEER_UPSTREAM, &report);
    ck_assert_int_eq(report.state, RELAY_PEER_DOWN);
    ck_assert_str_eq(report.details, "no route");
    relay_state_close(state);
    tmpdir_remove(&place.directory);
}
END_TEST

START_TEST(the_file_is_for_the_group_of_its_directory)
{
    struct place place = relay_state_place_make();
    struct stat directory;
    struct stat file;
    umask(077);
    if (geteuid() == 0) {
        ck_assert_int_eq(chown(place.directory.path, 0, 12345), 0);
    }
    struct relay_state *state = relay_state_open(place.path, FINGERPRINT);
    ck_assert_int_eq(stat(place.directory.path, &directory), 0);
    ck_assert_int_eq(stat(place.path, &file), 0);
    ck_assert_uint_eq(file.st_mode & 07777, 0660);
    ck_assert_uint_eq(file.st_gid, directory.st_gid);
    relay_state_close(state);
    tmpdir_remove(&place.directory);
}
END_TEST

static void check_replaced(struct place *place)
{
    struct relay_state *state = relay_state_open(place->path, FINGERPRINT);
    ck_assert(relay_state_shared(state));
    ck_assert_uint_eq(relay_state_get(state, 3), 0);
    relay_state_add(state, 3, 1);
    relay_state_close(state);
    state = relay_state_open(place->path, FINGERPRINT);
    ck_assert_uint_eq(relay_state_get(state, 3), 1);
    relay_state_close(state);
}

static void change(struct place *place, off_t at, const void *bytes, size_t len)
{
    int fd = open(place->path, O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(pwrite(fd, bytes, len, at), (ssize_t)len);
    close(fd);
}

START_TEST(empty_cut_and_foreign_versions_are_made_anew)
{
    struct place place = relay_state_place_make();
    tmpdir_write(place.directory.fd, "figures", "");
    check_replaced(&place);
    ck_assert_int_eq(truncate(place.path, 4096), 0);
    check_replaced(&place);
    ck_assert_int_eq(truncate(place.path, 5), 0);
    check_replaced(&place);
    const uint32_t version = RELAY_STATE_VERSION + 1;
    change(&place, offsetof(struct relay_state_header, version), &version, sizeof version);
    check_replaced(&place);
    const uint64_t cells = FINGERPRINT + 1;
    change(&place, offsetof(struct relay_state_header, cells), &cells, sizeof cells);
    check_replaced(&place);
    tmpdir_remove(&place.directory);
}
END_TEST

START_TEST(somebody_elses_file_is_left_alone)
{
    struct place place = relay_state_place_make();
    char text[32] = "";
    tmpdir_write(place.directory.fd, "figures", "dear diary\n");
    struct relay_state *state = relay_state_open(place.path, FINGERPRINT);
    ck_assert(!relay_state_shared(state));
    relay_state_add(state, 3, 2);
    ck_assert_uint_eq(relay_state_get(state, 3), 2);
    int fd = open(place.path, O_RDONLY | O_CLOEXEC);
    ck_assert_int_eq(read(fd, text, sizeof text - 1), 11);
    ck_assert_str_eq(text, "dear diary\n");
    close(fd);
    relay_state_close(state);
    ck_assert_int_eq(unlink(place.path), 0);
    ck_assert_int_eq(mkfifo(place.path, 0600), 0);
    state = relay_state_open(place.path, FINGERPRINT);
    ck_assert(!relay_state_shared(state));
    relay_state_close(state);
    tmpdir_remove(&place.directory);
}
END_TEST

START_TEST(without_a_directory_memory_of_its_own_counts)
{
    struct relay_state *state = relay_state_open("/nowhere/at/all", FINGERPRINT);
    ck_assert(!relay_state_shared(state));
    relay_state_add(state, 3, 2);
    relay_state_add(state, RELAY_STATE_CELLS, 2);
    relay_state_set(state, UINT32_MAX, 2);
    ck_assert_uint_eq(relay_state_get(state, 3), 2);
    ck_assert_uint_eq(relay_state_get(state, RELAY_STATE_CELLS), 0);
    relay_state_refresh(state);
    ck_assert_uint_eq(relay_state_get(state, 3), 2);
    relay_state_close(state);
}
END_TEST

START_TEST(a_file_cut_while_it_is_mapped_ends_nobody)
{
    struct place place = relay_state_place_make();
    struct relay_state *state = relay_state_open(place.path, FINGERPRINT);
    struct relay_state *other = relay_state_open(place.path, FINGERPRINT);
    relay_state_add(state, 3, 1);
    ck_assert_int_eq(truncate(place.path, 0), 0);
    relay_state_add(state, 3, 1);
    relay_state_add(state, RELAY_STATE_CELLS - 1, 1);
    relay_state_set_last_error(other, "cut");
    relay_state_refresh(state);
    relay_state_refresh(other);
    relay_state_add(state, 4, 1);
    ck_assert_uint_eq(relay_state_get(other, 4), 1);
    relay_state_close(state);
    relay_state_close(other);
    tmpdir_remove(&place.directory);
}
END_TEST

START_TEST(a_sigbus_elsewhere_is_still_one)
{
    struct place place = relay_state_place_make();
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGBUS, SIG_DFL); /* a sanitizer's handler would make a finding of what is meant here */
        struct relay_state *state = relay_state_open(place.path, FINGERPRINT);
        raise(SIGBUS);
        raise(SIGBUS);
        relay_state_close(state);
        _exit(0);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
    tmpdir_remove(&place.directory);
}
END_TEST

START_TEST(refresh_takes_up_a_file_that_was_removed)
{
    struct place place = relay_state_place_make();
    struct relay_state *state = relay_state_open(place.path, FINGERPRINT);
    struct relay_state *other = relay_state_open(place.path, FINGERPRINT);
    ck_assert_int_eq(unlink(place.path), 0);
    relay_state_refresh(state);
    relay_state_refresh(other);
    relay_state_add(state, 4, 9);
    ck_assert_uint_eq(relay_state_get(other, 4), 9);
    relay_state_close(state);
    relay_state_close(other);
    tmpdir_remove(&place.directory);
}
END_TEST

START_TEST(a_running_program_leaves_another_versions_file_to_it)
{
    struct place place = relay_state_place_make();
    struct relay_state *state = relay_state_open(place.path, FINGERPRINT);
    char other[128];
    struct stat before;
    struct stat after;
    snprintf(other, sizeof other, "%s/other", place.directory.path);
    relay_state_close(relay_state_open(other, FINGERPRINT));
    ck_assert_int_eq(rename(other, place.path), 0);
    const uint32_t version = RELAY_STATE_VERSION + 1;
    change(&place, offsetof(struct relay_state_header, version), &version, sizeof version);
    ck_assert_int_eq(stat(place.path, &before), 0);
    relay_state_add(state, 4, 1);
    relay_state_refresh(state);
    ck_assert_uint_eq(relay_state_get(state, 4), 1);
    ck_assert_int_eq(stat(place.path, &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    relay_state_close(state);
    tmpdir_remove(&place.directory);
}
END_TEST

START_TEST(any_of_some_cells)
{
    struct relay_state *state = relay_state_open("/nowhere/at/all", FINGERPRINT);
    relay_state_add(state, 20, 1);
    ck_assert(relay_state_any_nonzero(state, 20, 1));
    ck_assert(relay_state_any_nonzero(state, 18, 3));
    ck_assert(!relay_state_any_nonzero(state, 18, 2));
    ck_assert(!relay_state_any_nonzero(state, 21, 4));
    ck_assert(!relay_state_any_nonzero(state, RELAY_STATE_CELLS - 1, 100));
    ck_assert(!relay_state_any_nonzero(NULL, 20, 1));
    relay_state_close(state);
}
END_TEST

START_TEST(minutes_of_activity)
{
    struct relay_state *state = relay_state_open("/nowhere/at/all", FINGERPRINT);
    relay_state_count_activity(state, RELAY_ACTIVITY_UPLOADED, 600);
    relay_state_count_activity(state, RELAY_ACTIVITY_UPLOADED, 659);
    relay_state_count_activity(state, RELAY_ACTIVITY_UPLOADED, 660);
    relay_state_count_activity(state, RELAY_ACTIVITY_REFUSED, 660);
    ck_assert_uint_eq(relay_state_activity(state, RELAY_ACTIVITY_UPLOADED, 10), 2);
    ck_assert_uint_eq(relay_state_activity(state, RELAY_ACTIVITY_UPLOADED, 11), 1);
    ck_assert_uint_eq(relay_state_activity(state, RELAY_ACTIVITY_UPLOADED, 12), 0);
    ck_assert_uint_eq(relay_state_activity(state, RELAY_ACTIVITY_DONE, 11), 0);
    relay_state_count_activity(state, RELAY_ACTIVITY_UPLOADED, (10 + RELAY_STATE_MINUTES) * 60);
    ck_assert_uint_eq(relay_state_activity(state, RELAY_ACTIVITY_UPLOADED, 10), 0);
    ck_assert_uint_eq(relay_state_activity(state, RELAY_ACTIVITY_UPLOADED, 10 + RELAY_STATE_MINUTES), 1);
    relay_state_close(state);
}
END_TEST

START_TEST(a_peer_is_so_since_it_changed)
{
    struct relay_state *state = relay_state_open("/nowhere/at/all", FINGERPRINT);
    struct relay_peer_report report;
    relay_state_peer(state, RELAY_PEER_DATABASE, &report);
    ck_assert_int_eq(report.state, RELAY_PEER_UNKNOWN);
    ck_assert_int_eq(report.checked, 0);
    relay_state_set_peer(state, RELAY_PEER_DATABASE, RELAY_PEER_UP, "");
    state->map->peers[RELAY_PEER_DATABASE].number[1] -= 100; /* as if it were long ago */
    state->map->peers[RELAY_PEER_DATABASE].checksum = 0;        /* not to be checked */
    relay_state_set_peer(state, RELAY_PEER_DATABASE, RELAY_PEER_UP, "");
    relay_state_peer(state, RELAY_PEER_DATABASE, &report);
    ck_assert_int_eq(report.state, RELAY_PEER_UP);
    ck_assert_int_ge(report.checked, report.since + 100);
    relay_state_set_peer(state, RELAY_PEER_DATABASE, RELAY_PEER_DOWN, "gone");
    relay_state_peer(state, RELAY_PEER_DATABASE, &report);
    ck_assert_int_le(report.checked, report.since + 1);
    ck_assert_str_eq(report.details, "gone");
    relay_state_peer(state, RELAY_PEER_UPSTREAM, &report);
    ck_assert_int_eq(report.state, RELAY_PEER_UNKNOWN);
    relay_state_close(state);
}
END_TEST

START_TEST(texts_are_cut_and_printable)
{
    struct relay_state *state = relay_state_open("/nowhere/at/all", FINGERPRINT);
    struct relay_last_error error;
    char text[400];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    relay_state_set_last_error(state, text);
    relay_state_last_error(state, &error);
    ck_assert_uint_eq(strlen(error.text), RELAY_STATE_TEXT_SIZE - 1);
    ck_assert_int_ne(error.when, 0);
    memcpy(text + 240, " lastwords", 10);
    relay_state_set_last_error(state, text);
    relay_state_last_error(state, &error);
    ck_assert_uint_eq(strlen(error.text), 240 + strlen(" …"));
    ck_assert_str_eq(error.text + 238, "xx …");
    relay_state_set_last_error(state, "no \\x0A \xc3\xa9\n\x1b[1m\xff");
    relay_state_last_error(state, &error);
    ck_assert_str_eq(error.text, "no \\x0A \xc3\xa9??[1m?");
    relay_state_close(state);
}
END_TEST

/* All bytes of a file whose header is right may be wrong. */
START_TEST(a_file_full_of_nonsense_gives_nonsense_and_no_more)
{
    struct place place = relay_state_place_make();
    relay_state_close(relay_state_open(place.path, FINGERPRINT));
    char ones[sizeof(struct relay_state_map) - sizeof(struct relay_state_header)];
    memset(ones, 0xff, sizeof ones);
    change(&place, sizeof(struct relay_state_header), ones, sizeof ones);
    struct relay_state *state = relay_state_open(place.path, FINGERPRINT);
    struct relay_peer_report report;
    struct relay_last_error error;
    relay_state_peer(state, RELAY_PEER_DATABASE, &report);
    ck_assert_int_eq(report.state, RELAY_PEER_UNKNOWN);
    ck_assert_str_eq(report.details, "");
    relay_state_last_error(state, &error);
    relay_state_set_last_error(state, "well again");
    relay_state_last_error(state, &error);
    ck_assert_str_eq(error.text, "well again");
    relay_state_close(state);
    tmpdir_remove(&place.directory);
}
END_TEST

static void *write_notes(void *context)
{
    for (int i = 0; i < 20000; i++) {
        relay_state_set_last_error(context,
                                   i % 2 ? "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" : "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    }
    return NULL;
}

START_TEST(a_text_is_read_whole_while_it_is_written)
{
    struct relay_state *state = relay_state_open("/nowhere/at/all", FINGERPRINT);
    pthread_t writers[2];
    struct relay_last_error error = {0};
    relay_state_set_last_error(state, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(pthread_create(&writers[i], NULL, write_notes, state), 0);
    }
    for (int i = 0; i < 20000; i++) {
        relay_state_last_error(state, &error);
        size_t len = strlen(error.text); /* 0 where a writer did not get on for long */
        ck_assert(len == 0 || len == 32);
        ck_assert_uint_eq(strspn(error.text, error.text[0] == 'a' ? "a" : "b"), len);
    }
    for (size_t i = 0; i < 2; i++) {
        pthread_join(writers[i], NULL);
    }
    relay_state_close(state);
}
END_TEST

/* As two writers leave it, the first of which was stopped for so long that the second did not wait for it. */
START_TEST(half_of_two_texts_is_none)
{
    struct relay_state *state = relay_state_open("/nowhere/at/all", FINGERPRINT);
    struct relay_last_error error;
    relay_state_set_last_error(state, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    memset((char *)state->map->last_error.text + 16, 'b', 8);
    relay_state_last_error(state, &error);
    ck_assert_str_eq(error.text, "");
    relay_state_set_last_error(state, "cccc");
    relay_state_last_error(state, &error);
    ck_assert_str_eq(error.text, "cccc");
    relay_state_close(state);
}
END_TEST

/* Any program of the group can keep a lock on the file for ever. */
START_TEST(nobody_waits_for_a_lock_on_the_file)
{
    struct place place = relay_state_place_make();
    int fd = open(place.path, O_RDWR | O_CREAT | O_CLOEXEC, 0660); /* an empty one: it has to be made first */
    ck_assert_int_eq(flock(fd, LOCK_EX), 0);
    struct relay_state *state = relay_state_open(place.path, FINGERPRINT);
    ck_assert(!relay_state_shared(state));
    relay_state_refresh(state);
    relay_state_close(state);
    ck_assert_int_eq(flock(fd, LOCK_UN), 0);
    relay_state_close(relay_state_open(place.path, FINGERPRINT));
    ck_assert_int_eq(flock(fd, LOCK_EX), 0);
    state = relay_state_open(place.path, FINGERPRINT);
    ck_assert(relay_state_shared(state)); /* a file that is whole needs no lock */
    relay_state_close(state);
    close(fd);
    tmpdir_remove(&place.directory);
}
END_TEST

START_TEST(a_worker_has_a_place_while_it_lives)
{
    struct place place = relay_state_place_make();
    struct relay_state *state = relay_state_open(place.path, FINGERPRINT);
    struct relay_state_workers workers;
    relay_state_workers(state, 0, &workers);
    ck_assert(!workers.known && workers.running == 0);
    relay_state_worker_idle(state, 0);
    pid_t pid = fork();
    if (pid == 0) {
        relay_state_worker_busy(state, 0, 4000);
        pause();
    }
    do {
        relay_state_workers(state, 0, &workers);
    } while (workers.busy == 0);
    ck_assert_uint_eq(workers.running, 2);
    ck_assert_int_eq(workers.busy_since, 4000);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    relay_state_worker_busy(state, 0, 5000);
    relay_state_workers(state, 0, &workers);
    ck_assert_uint_eq(workers.running, 1);
    ck_assert_uint_eq(workers.busy, 1);
    ck_assert_int_eq(workers.busy_since, 5000);
    relay_state_worker_end(state, 0);
    relay_state_workers(state, 0, &workers);
    ck_assert(workers.known && workers.running == 0 && workers.busy == 0);
    relay_state_workers(state, 1, &workers);
    ck_assert(!workers.known);
    relay_state_close(state);
    tmpdir_remove(&place.directory);
}
END_TEST

/* Workers that die and come again without end use up no places, and no other program's. */
START_TEST(places_of_the_dead_are_taken_again)
{
    struct place place = relay_state_place_make();
    struct relay_state *state = relay_state_open(place.path, FINGERPRINT);
    struct relay_state_workers workers;
    relay_state_worker_idle(state, 1);
    for (int i = 0; i < RELAY_STATE_WORKERS + 10; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            relay_state_worker_busy(state, 0, 1);
            _exit(0);
        }
        waitpid(pid, NULL, 0);
    }
    relay_state_workers(state, 1, &workers);
    ck_assert_uint_eq(workers.running, 1);
    relay_state_workers(state, 0, &workers);
    ck_assert(workers.known && workers.running == 0);
    relay_state_worker_idle(state, 0);
    relay_state_close(state);
    tmpdir_remove(&place.directory);
}
END_TEST

START_TEST(a_sleeper_is_told_of_a_new_generation)
{
    struct place place = relay_state_place_make();
    struct relay_state *state = relay_state_open(place.path, FINGERPRINT);
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    char events[256];
    ck_assert_int_ge(inotify_add_watch(fd, place.path, IN_ATTRIB), 0);
    relay_state_add(state, 1, 1);
    ck_assert_int_eq(read(fd, events, sizeof events), -1);
    relay_state_raise_generation(state);
    ck_assert_int_gt(read(fd, events, sizeof events), 0);
    close(fd);
    relay_state_close(state);
    tmpdir_remove(&place.directory);
}
END_TEST

SUITE_MAIN("relay_state", several_processes_make_one_file_and_count_together, figures_are_there_when_it_is_opened_again,
           the_file_is_for_the_group_of_its_directory, empty_cut_and_foreign_versions_are_made_anew,
           somebody_elses_file_is_left_alone, without_a_directory_memory_of_its_own_counts,
           a_file_cut_while_it_is_mapped_ends_nobody, a_sigbus_elsewhere_is_still_one,
           refresh_takes_up_a_file_that_was_removed, a_running_program_leaves_another_versions_file_to_it,
           any_of_some_cells, minutes_of_activity, a_peer_is_so_since_it_changed, texts_are_cut_and_printable,
           a_file_full_of_nonsense_gives_nonsense_and_no_more, a_text_is_read_whole_while_it_is_written,
           half_of_two_texts_is_none, a_worker_has_a_place_while_it_lives, places_of_the_dead_are_taken_again,
           nobody_waits_for_a_lock_on_the_file,
           a_sleeper_is_told_of_a_new_generation)
