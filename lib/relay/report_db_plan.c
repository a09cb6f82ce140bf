/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/report_db_plan.h"

#include <stdio.h>
#include <string.h>

#include "util/digest.h"

/* A run differs in few places if it does so in at most FEW plus one in EACH. A list with more text than TEXT_MAX would
 * take long to read back for a single line. */
enum { FEW = 2, EACH = 8, TEXT_MAX = 1 << 20 };

static const char *const types[] = {"control", "result_success", "result_na", "audit_compliant", "audit_na"};
enum { TYPES = sizeof types / sizeof *types };

int report_db_plan_type(struct slice event_type)
{
    for (int i = 0; i < TYPES; i++) {
        if (slice_eq_str(event_type, types[i])) {
            return i;
        }
    }
    return -1;
}

/* The table's constraints refuse an empty text in these columns, and with it the run. A list has no constraints. */
static bool is_refused(const struct runlog *runlog, const struct report *report)
{
    const struct report_origin *origin = report->origin;
    return runlog->info.node_id[0] == '\0' || origin->directive_id.len == 0 || origin->rule_id.len == 0 ||
           origin->report_id.len == 0 || origin->component.len == 0;
}

/* Seconds from the run's start to the report; -1 if that is no number that is stored. */
static int64_t seconds_after(const struct runlog *runlog, const struct report *report)
{
    const int64_t second = 1000000;
    int64_t start = timestamp_postgres(&runlog->reports[0].origin->start);
    int64_t passed = timestamp_postgres(&report->executed) - start;
    bool plain = timestamp_postgres(&report->origin->start) != start || passed < 0 || passed % second != 0 ||
                 passed / second > REPORT_DB_PLAN_SECONDS_MAX;
    return plain ? -1 : passed / second;
}

static void add_line_field(struct buffer *bytes, struct slice text)
{
    uint32_t len = (uint32_t)text.len;
    buffer_add(bytes, &len, sizeof len);
    if (text.len > 0) {
        buffer_add(bytes, text.at, text.len);
    }
}

/* All that a line of a list has, but its place. */
static void add_line(struct buffer *bytes, int type, const struct report *report)
{
    const struct report_origin *origin = report->origin;
    char letter = (char)('0' + type);
    buffer_add(bytes, &letter, 1);
    add_line_field(bytes, origin->directive_id);
    add_line_field(bytes, origin->rule_id);
    add_line_field(bytes, origin->report_id);
    add_line_field(bytes, origin->component);
    add_line_field(bytes, origin->key_value);
    add_line_field(bytes, origin->policy);
    add_line_field(bytes, report->message);
}

/* A hash for each report that can be shared, 0 for the others. NULL if there are none, or the run is too large. */
static const uint64_t *plan_hashes(const struct runlog *runlog, const struct siphash_key *key, struct arena *arena)
{
    uint64_t *hashes = arena_alloc(arena, runlog->report_count * sizeof *hashes);
    struct buffer bytes = {0};
    size_t text = 0, found = 0;
    for (size_t i = 0; i < runlog->report_count && text <= TEXT_MAX; i++) {
        int type = report_db_plan_type(runlog->reports[i].event_type);
        hashes[i] = 0;
        if (type >= 0 && seconds_after(runlog, &runlog->reports[i]) >= 0 && !is_refused(runlog, &runlog->reports[i])) {
            buffer_clear(&bytes);
            add_line(&bytes, type, &runlog->reports[i]);
            hashes[i] = siphash(key, bytes.at, bytes.len) & REPORT_LIST_HASH_MASK;
            hashes[i] += hashes[i] == 0;
            text += bytes.len;
            found++;
        }
    }
    buffer_free(&bytes);
    return found > 0 && text <= TEXT_MAX ? hashes : NULL;
}

/* The digest decides which list it is, so that it has to tell any two lists apart. */
static void name_list(struct report_list *list, const struct runlog *runlog)
{
    struct buffer bytes = {0};
    unsigned char digest[32]; /* SHA-256 */
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->hashes[i] != 0) {
            uint32_t wire[] = {i};
            buffer_add(&bytes, wire, sizeof wire);
            add_line(&bytes, report_db_plan_type(runlog->reports[i].event_type), &runlog->reports[i]);
        }
    }
    digest_sha256(digest, bytes.at, bytes.len);
    memcpy(list->id, digest, sizeof list->id);
    buffer_free(&bytes);
}

static size_t same_at_start(const struct report_list *list, const uint64_t *hashes, size_t most)
{
    size_t same = 0;
    while (same < most && list->hashes[same] == hashes[same]) {
        same++;
    }
    return same;
}

static size_t same_at_end(const struct report_list *list, const uint64_t *hashes, size_t count, size_t most)
{
    size_t same = 0;
    while (same < most && list->hashes[list->count - 1 - same] == hashes[count - 1 - same]) {
        same++;
    }
    return same;
}

/* Compares the run with the list place by place. Marks what they share, lists what is missing, and returns how many
 * lines are on one side only. */
static size_t compare_with_list(struct report_db_plan *plan, const uint64_t *hashes, size_t count, bool *shared,
                                struct buffer *missing)
{
    const struct report_list *list = &plan->list;
    size_t least = count < list->count ? count : list->count;
    size_t head = count == list->count ? count : same_at_start(list, hashes, least);
    size_t end = same_at_end(list, hashes, count, least - head);
    size_t lines = 0;
    plan->tail = list->count - end;
    plan->shift = (int)count - (int)list->count;
    for (size_t i = 0; i < list->count; i++) {
        size_t place = i < plan->tail ? i : i + count - list->count;
        bool same = (i < head || i >= plan->tail) && list->hashes[i] == hashes[place];
        if (list->hashes[i] != 0 && same) {
            shared[place] = true;
            plan->shared_count++;
        } else if (list->hashes[i] != 0) {
            buffer_add_text(missing, lines++ == 0 ? "{" : ",");
            buffer_add_number(missing, i);
        }
    }
    buffer_add_text(missing, "}");
    size_t own = 0;
    for (size_t i = 0; i < count; i++) {
        own += hashes[i] != 0 && !shared[i];
    }
    plan->missing = lines > 0 ? buffer_slice(missing) : (struct slice){NULL, 0};
    return lines + own;
}

static struct slice keep(struct arena *arena, struct slice bytes)
{
    char *at = arena_alloc_bytes(arena, bytes.len + 1);
    if (bytes.len > 0) {
        memcpy(at, bytes.at, bytes.len);
    }
    return (struct slice){at, bytes.len};
}

/* The lines of the run become a list. */
static void plan_new_list(struct report_db_plan *plan, const struct runlog *runlog, const uint64_t *hashes,
                          bool *shared)
{
    plan->list.count = runlog->report_count;
    plan->list.hashes = hashes;
    plan->new_list = true;
    plan->tail = runlog->report_count;
    plan->shift = 0;
    plan->shared_count = 0;
    plan->missing = (struct slice){NULL, 0};
    for (size_t i = 0; i < runlog->report_count; i++) {
        shared[i] = hashes[i] != 0;
        plan->shared_count += shared[i];
    }
    name_list(&plan->list, runlog);
}

/* True if the run refers to the list that the node used last. */
static bool plan_known_list(struct report_db_plan *plan, const uint64_t *hashes, size_t count, uint64_t run,
                            bool *shared, struct arena *arena)
{
    struct buffer missing = {0};
    size_t different = compare_with_list(plan, hashes, count, shared, &missing);
    bool again = plan->list.last_run == run;
    if (plan->missing.at != NULL) {
        plan->missing = keep(arena, plan->missing);
    }
    buffer_free(&missing);
    return plan->shared_count > 0 && (different == 0 || (different <= FEW + count / EACH && !again));
}

static void plan_seconds(struct report_db_plan *plan, const struct runlog *runlog, struct arena *arena)
{
    int64_t most = 0;
    for (size_t i = 0; i < runlog->report_count; i++) {
        if (plan->shared[i]) {
            int64_t seconds = seconds_after(runlog, &runlog->reports[i]);
            most = seconds > most ? seconds : most;
        }
    }
    size_t width = most == 0 ? 0 : most < 256 ? 1 : 2;
    char *bytes = arena_alloc_bytes(arena, 1 + runlog->report_count * width);
    plan->seconds = (struct slice){bytes, 1 + runlog->report_count * width};
    *bytes++ = (char)width;
    for (size_t i = 0; i < runlog->report_count; i++) {
        int64_t seconds = plan->shared[i] ? seconds_after(runlog, &runlog->reports[i]) : 0;
        for (size_t byte = width; byte > 0; byte--) {
            *bytes++ = (char)(seconds >> (8 * (byte - 1)));
        }
    }
}

bool report_db_plan_make(struct report_db_plan *plan, const struct runlog *runlog, const char *day,
                         struct report_lists *lists, struct arena *arena)
{
    size_t count = runlog->report_count;
    bool fits = runlog->complete && count <= REPORT_DB_PLAN_REPORTS_MAX;
    const uint64_t *hashes = fits ? plan_hashes(runlog, report_lists_key(lists), arena) : NULL;
    *plan = (struct report_db_plan){0};
    if (hashes == NULL) {
        return false;
    }
    bool *shared = arena_alloc(arena, count * sizeof *shared);
    uint64_t run = siphash(report_lists_key(lists), hashes, count * sizeof *hashes);
    memset(shared, 0, count * sizeof *shared);
    bool known = report_lists_get(lists, runlog->info.node_id, arena, &plan->list) && strcmp(plan->list.day, day) == 0;
    if (!known || !plan_known_list(plan, hashes, count, run, shared, arena)) {
        snprintf(plan->list.day, sizeof plan->list.day, "%s", day);
        plan_new_list(plan, runlog, hashes, shared);
    }
    plan->changed = plan->new_list || plan->list.last_run != run;
    plan->list.last_run = run;
    plan->shared = shared;
    plan_seconds(plan, runlog, arena);
    return true;
}
