/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/spool_totals.h"

#include <stdlib.h>
#include <string.h>

#include "util/ascii.h"
#include "util/xmalloc.h"

enum { KINDS_MAX = 1000 };

static const char others[] = "other reasons";

/* What is counted of one spool while its directories are read. */
struct count {
    struct spool_totals *totals;
    const struct spool *spool;
    struct spool_failure kinds[KINDS_MAX + 1]; /* the last: others */
    size_t kind_count;
};

/* One failed directory, which several spools may share. */
struct failed_scan {
    struct count *counts[RELAY_KINDS];
    size_t count;
    size_t notes_read;
    struct buffer kind;
};

static bool count_waiting(void *context, const struct spool_entry *entry)
{
    spool_sum_add(context, entry->size, entry->mtime);
    return true;
}

/* ---- kinds of failure ---- */

static const char marks[] = " '\"(),;=/"; /* what stands between words */

/* A number, an address, a UUID, a hash: digits, hex digits and what stands between them, one digit at least. */
static bool is_particular(struct slice word)
{
    bool digit = false;
    for (size_t i = 0; i < word.len; i++) {
        if (strchr("0123456789abcdefABCDEF-.:", word.at[i]) == NULL) {
            return false;
        }
        digit = digit || ascii_is_digit(word.at[i]);
    }
    return digit;
}

static struct slice spool_totals_trimmed(struct slice word)
{
    while (word.len > 0 && strchr(".:", word.at[word.len - 1]) != NULL) {
        word.len--;
    }
    return word;
}

/* How long is what stands in single quotes here, which is always the file's own words? 0: nothing does. An apostrophe
 * has a letter before it, a closing quote none behind it. */
static size_t quoted_len(const char *reason, const char *at)
{
    if (*at != '\'' || (at > reason && strchr(" (", at[-1]) == NULL)) {
        return 0;
    }
    for (const char *end = at + 1; (end = strchr(end, '\'')) != NULL; end++) {
        if (end[1] == '\0' || strchr(" ,;:.)", end[1]) != NULL) {
            return (size_t)(end - at) - 1;
        }
    }
    return 0;
}

/* Takes over what stands between words, with `…` for what is quoted. Returns where the next word begins. */
static const char *add_between(struct buffer *kind, const char *reason, const char *at)
{
    for (; *at != '\0' && strchr(marks, *at) != NULL; at++) {
        size_t quoted = quoted_len(reason, at);
        buffer_add(kind, at, 1);
        if (quoted > 0) {
            buffer_add_text(kind, "…'");
            at += quoted + 1;
        }
    }
    return at;
}

void spool_failure_kind(const char *reason, const char *node, struct buffer *kind)
{
    const char *at = add_between(kind, reason, reason);
    while (*at != '\0') {
        size_t len = strcspn(at, marks);
        struct slice word = spool_totals_trimmed((struct slice){at, len});
        if (word.len > 0 && (is_particular(word) || slice_eq_str(word, node))) {
            buffer_add_text(kind, "…");
        } else {
            buffer_add(kind, word.at, word.len);
        }
        buffer_add(kind, at + word.len, len - word.len);
        at = add_between(kind, reason, at + len);
    }
}

static struct spool_failure *find_kind(struct count *count, const char *kind)
{
    for (size_t i = 0; i < count->kind_count; i++) {
        if (strcmp(count->kinds[i].reason, kind) == 0) {
            return &count->kinds[i];
        }
    }
    if (count->kind_count == KINDS_MAX) {
        return NULL;
    }
    struct spool_failure *added = &count->kinds[count->kind_count++];
    added->reason = xstrdup(kind);
    return added;
}

static struct count *owner(const struct failed_scan *scan, const struct spool_note *note)
{
    for (size_t i = 0; i < scan->count; i++) {
        if (spool_note_owned(scan->counts[i]->spool, note)) {
            return scan->counts[i];
        }
    }
    return scan->counts[0];
}

static bool count_failed(void *context, const struct spool_entry *entry)
{
    struct failed_scan *scan = context;
    struct count *count = scan->counts[0];
    struct spool_failure *kind = NULL;
    if (scan->notes_read < SPOOL_NOTES_READ) {
        struct spool_note note;
        scan->notes_read++;
        spool_note_read(spool_failed_fd(count->spool), entry->name, &note);
        count = owner(scan, &note);
        buffer_clear(&scan->kind);
        spool_failure_kind(note.reason.text, note.node.text, &scan->kind);
        kind = find_kind(count, buffer_cstr(&scan->kind));
    }
    spool_sum_add(&count->totals->failed, entry->size, entry->mtime);
    spool_sum_add(kind != NULL ? &kind->total : &count->kinds[KINDS_MAX].total, entry->size, entry->mtime);
    return true;
}

/* Most files first. */
static int spool_totals_order(const void *left, const void *right)
{
    const struct spool_failure *a = left;
    const struct spool_failure *b = right;
    if (a->total.files != b->total.files) {
        return a->total.files > b->total.files ? -1 : 1;
    }
    return strcmp(a->reason, b->reason);
}

/* The largest kinds as they are, all the others as one. */
static void list_failures(struct count *count)
{
    struct spool_totals *totals = count->totals;
    struct spool_sum rest = count->kinds[KINDS_MAX].total;
    size_t listed = count->kind_count;
    qsort(count->kinds, count->kind_count, sizeof *count->kinds, spool_totals_order);
    if (listed > SPOOL_FAILURES || (listed == SPOOL_FAILURES && rest.files > 0)) {
        listed = SPOOL_FAILURES - 1;
    }
    memcpy(totals->failures, count->kinds, listed * sizeof *count->kinds);
    for (size_t i = listed; i < count->kind_count; i++) {
        spool_sum_merge(&rest, count->kinds[i].total);
        free(count->kinds[i].reason);
    }
    totals->failure_count = listed;
    if (rest.files > 0) {
        totals->failures[totals->failure_count++] = (struct spool_failure){xstrdup(others), rest};
    }
}

/* The failed directory of spool i, unless an earlier one's reading covered it. */
static void read_failed(const struct spool_set *spools, struct count counts[RELAY_KINDS], size_t i)
{
    struct failed_scan scan = {0};
    if (spool_set_failed_seen(spools, i)) {
        return;
    }
    for (size_t j = i; j < RELAY_KINDS; j++) {
        if (spools->each[j] != NULL && strcmp(spools->directory[j], spools->directory[i]) == 0) {
            scan.counts[scan.count++] = &counts[j];
        }
    }
    struct err *err = &counts[i].totals->err;
    if (!spool_scan(spool_failed_fd(spools->each[i]), count_failed, &scan, err)) {
        err_prefix(err, "%s/failed", spools->directory[i]);
    }
    buffer_free(&scan.kind);
}

void spool_totals_read(const struct spool_set *spools, struct spool_totals totals[RELAY_KINDS])
{
    struct count *counts = xcalloc(RELAY_KINDS, sizeof *counts);
    memset(totals, 0, RELAY_KINDS * sizeof *totals);
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        const struct spool *spool = spools->each[i];
        counts[i].totals = &totals[i];
        counts[i].spool = spool;
        totals[i].used = spools->used[i];
        if (spool == NULL) {
            totals[i].err = spools->err[i];
        } else if (!spool_scan(spool_incoming_fd(spool), count_waiting, &totals[i].waiting, &totals[i].err)) {
            err_prefix(&totals[i].err, "%s", spool_incoming_path(spool));
        }
    }
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        if (spools->each[i] != NULL) {
            read_failed(spools, counts, i);
        }
    }
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        list_failures(&counts[i]);
    }
    free(counts);
}

void spool_totals_free(struct spool_totals totals[RELAY_KINDS])
{
    for (size_t i = 0; i < RELAY_KINDS; i++) {
        for (size_t j = 0; j < totals[i].failure_count; j++) {
            free(totals[i].failures[j].reason);
        }
        totals[i].failure_count = 0;
    }
}
