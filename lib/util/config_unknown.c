/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/config_table.h"

#include <string.h>

#include "util/log.h"

#define LOG_COMPONENT "config_table"

enum { PATH_SIZE = 256, FARTHEST = 4 };

struct walk {
    const struct config_table *table;
    const struct config_file *file;
    size_t found;
};

/* Is path a key of the table, or a group above one? *is_key says which. */
static bool is_known(const struct config_table *table, const char *path, bool *is_key)
{
    size_t len = strlen(path);
    bool group = false;
    *is_key = false;
    for (size_t i = 0; i < table->count && !*is_key; i++) {
        const char *key = table->keys[i].path;
        bool below = strncmp(key, path, len) == 0;
        *is_key = below && key[len] == '\0';
        group = group || (below && key[len] == '.');
    }
    return group || *is_key;
}

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Levenshtein's edit distance, with one row of the matrix. */
static size_t distance(const char *a, const char *b)
{
    size_t row[PATH_SIZE];
    size_t len = strlen(b);
    for (size_t j = 0; j <= len; j++) {
        row[j] = j;
    }
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < len; j++) {
            size_t above = row[j + 1];
            row[j + 1] = min3(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
            diagonal = above;
        }
    }
    return row[len];
}

/* The known key with the fewest edits to this path, if they are few; else a key of the same name in another group; else
 * "". */
static const char *nearest(const struct config_table *table, const char *path)
{
    const char *best = "";
    size_t best_distance = FARTHEST;
    for (size_t i = 0; i < table->count; i++) {
        const char *key = table->keys[i].path;
        size_t edits = distance(path, key);
        bool moved = strcmp(config_key_name(path), config_key_name(key)) == 0;
        edits = moved && edits >= FARTHEST ? FARTHEST - 1 : edits;
        if (edits < best_distance) {
            best_distance = edits;
            best = key;
        }
    }
    return best;
}

static void warn(struct walk *walk, const config_setting_t *setting, const char *path)
{
    const char *similar = nearest(walk->table, path);
    walk->found++;
    struct log_field file = log_text("file", config_file_name(walk->file));
    struct log_field line = log_number("line", config_setting_source_line(setting));
    if (similar[0] != '\0') {
        log_warn("unknown configuration key", file, line, log_text("key", path), log_text("similar", similar));
    } else {
        log_warn("unknown configuration key", file, line, log_text("key", path));
    }
}

/* Reports the unknown settings of a group. An unknown group is reported as one: its members are not looked at. */
static void walk_group(struct walk *walk, const config_setting_t *group, const char *prefix)
{
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
        char path[PATH_SIZE];
        bool is_key = false;
        int len = snprintf(path, sizeof path, "%s%s", prefix, config_setting_name(setting));
        if (len >= (int)sizeof path - 1 || !is_known(walk->table, path, &is_key)) {
            warn(walk, setting, path);
        } else if (!is_key && config_setting_is_group(setting)) {
            path[len] = '.';
            path[len + 1] = '\0';
            walk_group(walk, setting, path);
        }
    }
}

size_t config_table_warn_unknown(const struct config_table *table, const struct config_file *file)
{
    struct walk walk = {table, file, 0};
    walk_group(&walk, config_file_root(file), "");
    return walk.found;
}

/* Does the URL hold a password, as user:password@ or as a parameter of that name? Most URLs do not. */
static bool url_holds_password(const char *url)
{
    const char *scheme = strstr(url, "://");
    const char *rest = scheme != NULL ? scheme + strlen("://") : url;
    const char *at = strrchr(rest, '@');
    return strstr(url, "password") != NULL || (at != NULL && memchr(rest, ':', (size_t)(at - rest)) != NULL);
}

bool config_table_has_secret(const struct config_table *table, const struct config_file *file)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct config_key *key = &table->keys[i];
        const config_setting_t *setting = key->secret ? config_file_find(file, key->path, NULL) : NULL;
        const char *value = setting != NULL ? config_setting_get_string(setting) : NULL;
        if (value != NULL && (key->url ? url_holds_password(value) : value[0] != '\0')) {
            return true;
        }
    }
    return false;
}
