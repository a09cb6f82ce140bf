/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relay/spool_beside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "relay/inventory_name.h"
#include "util/same_content.h"
#include "util/slice.h"

/* How often to try again when another process takes the name between the search and the move. More often than this
 * happens only on purpose. */
enum { PLACE_TRIES = 100 };

enum { NAME_LONGEST = 240 };

void spool_beside_name(const char *name, unsigned n, char out[SAFE_FILE_NAME_SIZE])
{
    if (n == 0) {
        snprintf(out, SAFE_FILE_NAME_SIZE, "%s", name);
    } else {
        snprintf(out, SAFE_FILE_NAME_SIZE, "%.*s.~%u~", SAFE_FILE_NAME_SIZE - 8, name, n % 100);
    }
}

/* The number in `.~n~` at the end of the name, and the length of the name before it. 0 without such an ending. */
static unsigned suffix_number(const char *name, size_t *base_len)
{
    const char *dot = strrchr(name, '.');
    char *end;
    *base_len = strlen(name);
    if (dot == NULL || dot == name || dot[1] != '~' || dot[2] < '1' || dot[2] > '9') {
        return 0;
    }
    unsigned long n = strtoul(dot + 2, &end, 10);
    if (n > SPOOL_BESIDE_FAILED || end[0] != '~' || end[1] != '\0') {
        return 0;
    }
    *base_len = (size_t)(dot - name);
    return (unsigned)n;
}

unsigned spool_beside_number(const char *name, char base[SAFE_FILE_NAME_SIZE])
{
    size_t len;
    unsigned n = suffix_number(name, &len);
    snprintf(base, SAFE_FILE_NAME_SIZE, "%.*s", (int)len, name);
    return n;
}

bool spool_beside_is(const char *name)
{
    size_t len;
    return suffix_number(name, &len) > 0;
}

int spool_beside_rename(int from_fd, const char *from, int to_fd, const char *to)
{
    if (renameat2(from_fd, from, to_fd, to, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return -1;
    }
    return linkat(from_fd, from, to_fd, to, 0) == 0 ? unlinkat(from_fd, from, 0) : -1;
}

/* ---- names that belong together ---- */

/* The names of an inventory and its signature, each compressed or not, inventories first. For a run log only its own
 * name. */
enum { FAMILY_MAX = 4 };

struct family {
    size_t count;
    size_t inventories; /* how many of the names are inventories; 0: a run log, or a message */
    char at[FAMILY_MAX][SAFE_FILE_NAME_SIZE];
};

static void family_of(const char *name, struct family *family)
{
    static const char *const endings[FAMILY_MAX] = {"", ".gz", ".sign", ".gz.sign"};
    family->count = 1;
    family->inventories = 0;
    snprintf(family->at[0], sizeof family->at[0], "%s", name);
    if (!inventory_name_valid(slice_from_str(name)) || inventory_name_is_message(name) ||
        strlen(name) > NAME_LONGEST) {
        return; /* no upload has a longer name */
    }
    struct slice stem = slice_from_str(name);
    slice_take_end(&stem, ".sign");
    slice_take_end(&stem, ".gz");
    family->count = FAMILY_MAX;
    family->inventories = 2;
    for (size_t i = 0; i < FAMILY_MAX; i++) {
        snprintf(family->at[i], sizeof family->at[i], "%.*s%s", (int)stem.len, stem.at, endings[i]);
    }
}

static bool beside_is_there(int dir_fd, const char *name, unsigned n)
{
    char numbered[SAFE_FILE_NAME_SIZE];
    spool_beside_name(name, n, numbered);
    return faccessat(dir_fd, numbered, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Does generation n have an inventory (inventories true) or a signature (false)? */
static bool kind_is_there(int dir_fd, const struct family *family, bool inventories, unsigned n)
{
    size_t from = inventories ? 0 : family->inventories;
    size_t to = inventories ? family->inventories : family->count;
    for (size_t i = from; i < to; i++) {
        if (beside_is_there(dir_fd, family->at[i], n)) {
            return true;
        }
    }
    return false;
}

static bool generation_is_there(int dir_fd, const struct family *family, unsigned n)
{
    return kind_is_there(dir_fd, family, true, n) || kind_is_there(dir_fd, family, false, n);
}

/* The newest generation; -1 when there is none. */
static int youngest(int dir_fd, const struct family *family, unsigned limit)
{
    int n = limit > SPOOL_BESIDE_OURS ? (int)limit : SPOOL_BESIDE_OURS;
    while (n >= 0 && !generation_is_there(dir_fd, family, (unsigned)n)) {
        n--;
    }
    return n;
}

static bool is_signature(const struct family *family, const char *name)
{
    return family->inventories > 0 && inventory_name_is_signature(name);
}

/* ---- adding a file ---- */

/* The generation for a new file. If its partner came before it, it completes that generation. Otherwise it begins a new
 * one. */
static unsigned generation_for(int dir_fd, const struct family *family, const char *name, int top)
{
    if (top < 0) {
        return 0;
    }
    bool lacks_it = is_signature(family, name)
                        ? !beside_is_there(dir_fd, name, (unsigned)top)
                        : family->inventories > 0 && !kind_is_there(dir_fd, family, true, (unsigned)top);
    return lacks_it ? (unsigned)top : (unsigned)top + 1;
}

/* The first generation that lacks such a file; limit + 1 when there is none. */
static unsigned free_generation(int dir_fd, const struct family *family, const char *name, unsigned limit)
{
    bool inventory = family->inventories > 0 && !is_signature(family, name);
    unsigned n = 0;
    while (n <= limit && kind_is_there(dir_fd, family, inventory, n)) {
        n++;
    }
    return n;
}

enum spool_place spool_beside_find(int from_fd, const char *from, int dir_fd, const char *name, unsigned limit,
                                   char placed[SAFE_FILE_NAME_SIZE], struct err *err)
{
    struct family family;
    family_of(name, &family);
    int top = youngest(dir_fd, &family, limit);
    for (int n = 0; n <= top; n++) {
        spool_beside_name(name, (unsigned)n, placed);
        switch (same_content(from_fd, from, dir_fd, placed, err)) {
        case SAME_CONTENT:
            return SPOOL_PLACE_SAME;
        case SAME_CONTENT_FAILED:
            return SPOOL_PLACE_FAILED;
        case SAME_CONTENT_NOT:
            break;
        }
    }
    unsigned n = generation_for(dir_fd, &family, name, top);
    if (n > limit && limit == SPOOL_BESIDE_FAILED) { /* nothing there gets its name back in order */
        n = free_generation(dir_fd, &family, name, limit);
    }
    spool_beside_name(name, n, placed);
    return n > limit ? SPOOL_PLACE_FULL : n > 0 ? SPOOL_PLACE_BESIDE : SPOOL_PLACE_NEW;
}

/* Gives a file another name: a link under a temporary name, then a rename, so that inotify reports it like any other
 * new file. */
static void add_name(int dir_fd, const char *name, const char *other)
{
    char temporary[SAFE_FILE_TEMPORARY_SIZE];
    if (safe_file_temporary_name(temporary, NULL) && linkat(dir_fd, name, dir_fd, temporary, 0) == 0 &&
        spool_beside_rename(dir_fd, temporary, dir_fd, other) != 0) {
        unlinkat(dir_fd, temporary, 0);
    }
}

/* Links inventories and signatures, so that each inventory meets each signature that may be its own. A signature that
 * begins a generation gets the inventory of the generation before. A signature that came after several inventories is
 * linked to all that have none. On a file system without links nothing is linked. */
static void link_partners(int dir_fd, const struct family *family, const char *base, unsigned n)
{
    char placed[SAFE_FILE_NAME_SIZE];
    char other[SAFE_FILE_NAME_SIZE];
    if (!is_signature(family, base)) {
        return;
    }
    bool alone = n > 0 && !kind_is_there(dir_fd, family, true, n);
    for (size_t i = 0; alone && i < family->inventories; i++) {
        spool_beside_name(family->at[i], n - 1, placed);
        spool_beside_name(family->at[i], n, other);
        add_name(dir_fd, placed, other);
    }
    spool_beside_name(base, n, placed);
    for (unsigned before = 0; before < n; before++) {
        if (kind_is_there(dir_fd, family, true, before) && !kind_is_there(dir_fd, family, false, before)) {
            spool_beside_name(base, before, other);
            add_name(dir_fd, placed, other);
        }
    }
}

static void complete_generations(int dir_fd, const char *name, const char *placed)
{
    char base[SAFE_FILE_NAME_SIZE];
    struct family family;
    family_of(name, &family);
    link_partners(dir_fd, &family, name, spool_beside_number(placed, base));
}

enum spool_place spool_beside_place(int from_fd, const char *from, int dir_fd, const char *name, unsigned limit,
                                    char placed[SAFE_FILE_NAME_SIZE], struct err *err)
{
    for (unsigned tries = 0; tries < PLACE_TRIES; tries++) {
        enum spool_place place = spool_beside_find(from_fd, from, dir_fd, name, limit, placed, err);
        if (place != SPOOL_PLACE_NEW && place != SPOOL_PLACE_BESIDE) {
            return place;
        }
        if (spool_beside_rename(from_fd, from, dir_fd, placed) == 0) {
            complete_generations(dir_fd, name, placed);
            return place;
        }
        if (errno != EEXIST) {
            err_set_errno(err, errno, "renaming to %s", placed);
            return SPOOL_PLACE_FAILED;
        }
    }
    return SPOOL_PLACE_FULL;
}

/* ---- moving up ---- */

/* Renames the files of generation `from` to generation `to`. True when it renamed one. */
static bool move_up(int dir_fd, const struct family *family, unsigned from, unsigned to)
{
    bool moved = false;
    for (size_t i = 0; i < family->count; i++) {
        char old[SAFE_FILE_NAME_SIZE];
        char new[SAFE_FILE_NAME_SIZE];
        spool_beside_name(family->at[i], from, old);
        spool_beside_name(family->at[i], to, new);
        moved = spool_beside_rename(dir_fd, old, dir_fd, new) == 0 || moved;
    }
    return moved;
}

/* Is the first generation an inventory whose signature is still in generation n? A forwarder killed between the two
 * renames leaves this. */
static bool completes_first(int dir_fd, const struct family *family, unsigned n)
{
    return kind_is_there(dir_fd, family, true, 0) && !kind_is_there(dir_fd, family, false, 0) &&
           kind_is_there(dir_fd, family, false, n) && !kind_is_there(dir_fd, family, true, n);
}

/* The oldest generation after the first; 0 when there is none. */
static unsigned next_generation(int dir_fd, const struct family *family)
{
    for (unsigned n = 1; n <= SPOOL_BESIDE_OURS; n++) {
        if (generation_is_there(dir_fd, family, n)) {
            return n;
        }
    }
    return 0;
}

bool spool_beside_release(int dir_fd, const char *name)
{
    char base[SAFE_FILE_NAME_SIZE];
    struct family family;
    spool_beside_number(name, base);
    family_of(base, &family);
    unsigned n = next_generation(dir_fd, &family);
    if (n == 0 || (generation_is_there(dir_fd, &family, 0) && !completes_first(dir_fd, &family, n))) {
        return false;
    }
    bool moved = move_up(dir_fd, &family, n, 0);
    for (unsigned to = 1; n < SPOOL_BESIDE_OURS;) {
        to += move_up(dir_fd, &family, ++n, to);
    }
    return moved;
}

bool spool_beside_lone(int dir_fd, const char *name, char lone[SAFE_FILE_NAME_SIZE])
{
    char base[SAFE_FILE_NAME_SIZE];
    struct family family;
    spool_beside_number(name, base);
    family_of(base, &family);
    bool inventory = kind_is_there(dir_fd, &family, true, 0);
    if (family.inventories == 0 || inventory == kind_is_there(dir_fd, &family, false, 0)) {
        return false;
    }
    for (size_t i = 0; i < family.count; i++) {
        if (beside_is_there(dir_fd, family.at[i], 0)) {
            snprintf(lone, SAFE_FILE_NAME_SIZE, "%s", family.at[i]);
            return true;
        }
    }
    return false;
}
