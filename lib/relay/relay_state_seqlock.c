/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of the state that are larger than one word: notes, kept consistent by a sequence lock, and the minutes of
 * activity.
 */
#include <sched.h>
#include <string.h>
#include <time.h>

#include "relay/relay_state_private.h"
#include "util/utf8.h"

/* How often to check whether another writer has finished: first without waiting, then every 0.1 ms. A writer that has
 * not finished by then was killed or is not running. It may still write later and mix its words with ours; then the
 * checksum is wrong. */
enum { LOOKS_AT_ONCE = 100, LOOKS_MAX = 200 };

enum { IS, SINCE, CHECKED }; /* the numbers of a peer's note */
enum { WHEN };               /* of the last error's */

struct note {
    uint64_t number[3];
    char text[RELAY_STATE_TEXT_SIZE];
};

static void let_writer_go_on(int looks)
{
    static const struct timespec pause = {.tv_nsec = 100000};
    if (looks < LOOKS_AT_ONCE) {
        sched_yield();
    } else {
        nanosleep(&pause, NULL);
    }
}

/* FNV-1a over words. Never 0, because 0 marks a note that was never written. */
static uint64_t checksum_of(const struct note *note)
{
    uint64_t sum = 0xcbf29ce484222325;
    for (size_t i = 0; i < sizeof *note; i += sizeof sum) {
        uint64_t word;
        memcpy(&word, (const char *)note + i, sizeof word);
        sum = (sum ^ word) * 0x100000001b3;
    }
    return sum | 1;
}

/* Makes the sequence odd and returns it, even if another writer has not finished. */
static uint64_t begin_writing(struct relay_state_note *note)
{
    for (int i = 0;; i++) {
        uint64_t sequence = atomic_load(&note->sequence);
        uint64_t odd = sequence % 2 == 0 ? sequence + 1 : sequence + 2;
        if ((sequence % 2 == 0 || i >= LOOKS_MAX) && atomic_compare_exchange_weak(&note->sequence, &sequence, odd)) {
            return odd;
        }
        if (i < LOOKS_MAX) {
            let_writer_go_on(i);
        }
    }
}

static void write_note(struct relay_state_note *note, const struct note *value)
{
    uint64_t sequence = begin_writing(note);
    for (size_t i = 0; i < 3; i++) {
        atomic_store(&note->number[i], value->number[i]);
    }
    for (size_t i = 0; i < RELAY_STATE_TEXT_WORDS; i++) {
        uint64_t word;
        memcpy(&word, value->text + i * sizeof word, sizeof word);
        atomic_store(&note->text[i], word);
    }
    atomic_store(&note->checksum, checksum_of(value));
    atomic_compare_exchange_strong(&note->sequence, &sequence, sequence + 1);
}

/* Copies the note. False when the copy is not consistent. */
static bool copy_note(const struct relay_state_note *note, struct note *value)
{
    for (size_t i = 0; i < 3; i++) {
        value->number[i] = atomic_load(&note->number[i]);
    }
    for (size_t i = 0; i < RELAY_STATE_TEXT_WORDS; i++) {
        uint64_t word = atomic_load(&note->text[i]);
        memcpy(value->text + i * sizeof word, &word, sizeof word);
    }
    uint64_t checksum = atomic_load(&note->checksum);
    return (checksum == 0 || checksum == checksum_of(value)) && value->text[sizeof value->text - 1] == '\0';
}

/* Reads the note as one writer wrote it. If that is impossible, the result is empty, not a mix of two texts. */
static void read_note(const struct relay_state_note *note, struct note *value)
{
    for (int i = 0; i < LOOKS_MAX; i++) {
        uint64_t before = atomic_load(&note->sequence);
        bool whole = copy_note(note, value);
        if (before % 2 == 0 && atomic_load(&note->sequence) == before) {
            if (whole) {
                return;
            }
            break;
        }
        let_writer_go_on(i);
    }
    *value = (struct note){0};
}

/* Makes a text from the file printable. Our programs write printable text (err.h), but another program may have written
 * anything. */
static void make_printable(char *text)
{
    size_t len = strlen(text);
    for (size_t at = 0, step; at < len; at += step) {
        size_t bad;
        const unsigned char *byte = (const unsigned char *)text + at;
        step = utf8_sequence(byte, len - at, &bad);
        bool control = step == 0 || *byte < 0x20 || *byte == 0x7f || (step == 2 && byte[0] == 0xc2 && byte[1] < 0xa0);
        if (control) {
            step = 1;
            text[at] = '?';
        }
    }
}

/* Copies the text into the note. A text that is too long is cut after a word and ends in an ellipsis. */
static void relay_state_seqlock_take_text(struct note *note, const char *text)
{
    static const char ellipsis[] = " …";
    size_t len = strlen(text);
    memset(note->text, 0, sizeof note->text);
    if (len < sizeof note->text) {
        memcpy(note->text, text, len);
    } else {
        size_t room = sizeof note->text - sizeof ellipsis;
        for (len = room; len > room / 2 && text[len] != ' '; len--) {
        }
        len = text[len] == ' ' ? len : room; /* a single long word is cut in the middle */
        memcpy(note->text, text, len);
        memcpy(note->text + len, ellipsis, sizeof ellipsis);
    }
    make_printable(note->text);
}

static void give_text(char *out, struct note *note)
{
    make_printable(note->text);
    memcpy(out, note->text, sizeof note->text);
}

void relay_state_set_peer(struct relay_state *state, enum relay_peer peer, enum relay_peer_state is,
                          const char *details)
{
    if (state == NULL) {
        return;
    }
    struct note note = {0};
    int64_t now = time(NULL);
    struct relay_state_note *place = &state->map->peers[peer];
    read_note(place, &note);
    if (note.number[IS] != is || note.number[SINCE] == 0) {
        note.number[SINCE] = (uint64_t)now;
    }
    note.number[IS] = is;
    note.number[CHECKED] = (uint64_t)now;
    relay_state_seqlock_take_text(&note, details);
    write_note(place, &note);
}

void relay_state_peer(const struct relay_state *state, enum relay_peer peer, struct relay_peer_report *report)
{
    struct note note = {0};
    read_note(&state->map->peers[peer], &note);
    *report = (struct relay_peer_report){
        .state = note.number[IS] <= RELAY_PEER_DOWN ? (enum relay_peer_state)note.number[IS] : RELAY_PEER_UNKNOWN,
        .since = (int64_t)note.number[SINCE],
        .checked = (int64_t)note.number[CHECKED],
    };
    give_text(report->details, &note);
}

void relay_state_set_last_error(struct relay_state *state, const char *text)
{
    if (state == NULL) {
        return;
    }
    struct note note = {.number[WHEN] = (uint64_t)time(NULL)};
    relay_state_seqlock_take_text(&note, text);
    write_note(&state->map->last_error, &note);
}

void relay_state_last_error(const struct relay_state *state, struct relay_last_error *error)
{
    struct note note = {0};
    read_note(&state->map->last_error, &note);
    error->when = (int64_t)note.number[WHEN];
    give_text(error->text, &note);
}

static _Atomic uint64_t *minute_of(const struct relay_state *state, enum relay_activity kind, int64_t minute)
{
    return &state->map->activity[kind][(uint64_t)minute % RELAY_STATE_MINUTES];
}

void relay_state_count_activity(struct relay_state *state, enum relay_activity kind, int64_t now_seconds)
{
    if (state == NULL) {
        return;
    }
    uint64_t minute = (uint64_t)now_seconds / 60 & UINT32_MAX;
    _Atomic uint64_t *word = minute_of(state, kind, (int64_t)minute);
    uint64_t old = atomic_load(word);
    uint64_t new;
    do {
        new = old >> 32 == minute ? old + 1 : minute << 32 | 1;
    } while (!atomic_compare_exchange_weak(word, &old, new));
}

uint64_t relay_state_activity(const struct relay_state *state, enum relay_activity kind, int64_t minute)
{
    uint64_t word = atomic_load(minute_of(state, kind, minute));
    return word >> 32 == ((uint64_t)minute & UINT32_MAX) ? word & UINT32_MAX : 0;
}
