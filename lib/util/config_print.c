/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/config_table.h"

#include <stdbool.h>
#include <string.h>

enum { WIDTH = 100, PATH_SIZE = 256, INDENT = 2 };

static bool is_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static void print_value(const struct config_key *key, FILE *out)
{
    bool quoted = key->kind == CONFIG_TEXT || key->kind == CONFIG_PATH || key->kind == CONFIG_CHOICE ||
                  ((key->kind == CONFIG_SIZE || key->kind == CONFIG_DURATION) && !is_number(key->preset));
    if (key->kind == CONFIG_TEXTS) {
        fputs("[ ]", out);
    } else {
        fprintf(out, quoted ? "\"%s\"" : "%s", key->preset);
    }
}

static void print_indent(FILE *out, int depth)
{
    fprintf(out, "%*s", depth * INDENT, "");
}

/* Wraps the text into lines that begin with "# ". */
static void print_comment(FILE *out, int depth, const char *text)
{
    int column = WIDTH;
    for (const char *word = text; *word != '\0';) {
        int len = (int)strcspn(word, " ");
        if (column + 1 + len > WIDTH) {
            if (word != text) {
                fputc('\n', out);
            }
            print_indent(out, depth);
            column = fprintf(out, "#") + depth * INDENT;
        }
        column += fprintf(out, " %.*s", len, word);
        word += len + (word[len] == ' ');
    }
    fputc('\n', out);
}

static void print_choices(const struct config_key *key, FILE *out, int depth)
{
    char text[256] = "One of";
    for (int i = 0; key->choices[i] != NULL; i++) {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s \"%s\"", i > 0 ? "," : "", key->choices[i]);
    }
    strncat(text, ".", sizeof text - strlen(text) - 1);
    print_comment(out, depth, text);
}

static int depth_of(const char *path)
{
    int depth = 0;
    for (; (path = strchr(path, '.')) != NULL; path++) {
        depth++;
    }
    return depth;
}

/* How many leading groups two keys have in common. */
static int common_depth(const char *a, const char *b)
{
    int depth = 0;
    for (size_t i = 0; a[i] != '\0' && a[i] == b[i]; i++) {
        depth += a[i] == '.';
    }
    return depth;
}

static void close_groups(FILE *out, int from, int to)
{
    for (int depth = from; depth > to; depth--) {
        print_indent(out, depth - 1);
        fputs("};\n", out);
    }
}

static const char *group_help(const struct config_table *table, const char *group)
{
    for (size_t i = 0; table->groups != NULL && table->groups[i][0] != NULL; i++) {
        if (strcmp(table->groups[i][0], group) == 0) {
            return table->groups[i][1];
        }
    }
    return NULL;
}

/* Opens the groups of path from the given depth down. The last element is the key, not a group. */
static void open_groups(const struct config_table *table, FILE *out, const char *path, int from)
{
    int depth = 0;
    for (const char *dot = strchr(path, '.'), *begin = path; dot != NULL; begin = dot + 1, dot = strchr(begin, '.')) {
        if (depth++ < from) {
            continue;
        }
        char group[PATH_SIZE];
        snprintf(group, sizeof group, "%.*s", (int)(dot - path), path);
        const char *help = group_help(table, group);
        fputc('\n', out);
        if (help != NULL) {
            print_comment(out, depth - 1, help);
        }
        print_indent(out, depth - 1);
        fprintf(out, "%.*s: {\n", (int)(dot - begin), begin);
    }
}

void config_table_print_sample(const struct config_table *table, FILE *out)
{
    const char *before = "";
    for (size_t i = 0; i < table->count; i++) {
        const struct config_key *key = &table->keys[i];
        int depth = depth_of(key->path);
        int common = common_depth(before, key->path);
        close_groups(out, depth_of(before), common);
        open_groups(table, out, key->path, common);
        if (i > 0 && common == depth && common == depth_of(before)) {
            fputc('\n', out);
        }
        print_comment(out, depth, key->help);
        if (key->choices != NULL) {
            print_choices(key, out, depth);
        }
        print_indent(out, depth);
        fprintf(out, "#%s = ", config_key_name(key->path));
        print_value(key, out);
        fputs(";\n", out);
        before = key->path;
    }
    close_groups(out, depth_of(before), 0);
}

void config_quote(struct buffer *out, const char *text)
{
    buffer_add_text(out, "\"");
    for (const char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            buffer_add_format(out, "\\x%02x", (unsigned)*at);
        } else {
            buffer_add(out, "\\", *at == '"' || *at == '\\');
            buffer_add(out, at, 1);
        }
    }
    buffer_add_text(out, "\"");
}

const struct config_assignment *config_assignment_find(const struct config_assignment *assignments, size_t count,
                                                       const char *path)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(assignments[i].path, path) == 0) {
            return &assignments[i];
        }
    }
    return NULL;
}

void config_table_print_assignments(const struct config_table *table, const struct config_assignment *assignments,
                                    size_t count, FILE *out)
{
    const char *before = "";
    for (size_t i = 0; i < table->count; i++) {
        const char *path = table->keys[i].path;
        const struct config_assignment *assignment = config_assignment_find(assignments, count, path);
        if (assignment != NULL) {
            int common = common_depth(before, path);
            close_groups(out, depth_of(before), common);
            open_groups(table, out, path, common);
            print_indent(out, depth_of(path));
            fprintf(out, "%s = %s; # %s\n", config_key_name(path), assignment->value, assignment->comment);
            before = path;
        }
    }
    close_groups(out, depth_of(before), 0);
}

/* Prints text for roff. A backslash, or a dot at the start of a line, would be a roff command, so both are escaped.
 * Each sentence ends its line. */
static void print_roff(FILE *out, const char *text)
{
    fputs(text[0] == '.' || text[0] == '\'' ? "\\&" : "", out);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\\') {
            fputs("\\e", out);
        } else if (at[0] == '.' && at[1] == ' ') {
            fputs(".\n", out);
            at++;
        } else {
            fputc(*at, out);
        }
    }
}

static void print_manual_key(const struct config_key *key, FILE *out)
{
    static const char *const kinds[] = {
        [CONFIG_TEXT] = "text",   [CONFIG_PATH] = "path",           [CONFIG_INT] = "number",
        [CONFIG_SIZE] = "size",   [CONFIG_DURATION] = "duration",   [CONFIG_BOOL] = "true or false",
        [CONFIG_CHOICE] = "word", [CONFIG_TEXTS] = "list of texts",
    };
    fprintf(out, ".It Cm %s\n", config_key_name(key->path));
    print_roff(out, key->help);
    fprintf(out, "\n(%s, default ", kinds[key->kind]);
    print_value(key, out);
    fputs(")\n", out);
}

static bool same_group(const char *a, const char *b)
{
    size_t len = (size_t)(config_key_name(a) - a);
    return len == (size_t)(config_key_name(b) - b) && memcmp(a, b, len) == 0;
}

static void begin_manual_group(const struct config_table *table, const char *path, FILE *out)
{
    char group[PATH_SIZE];
    const char *name = config_key_name(path);
    snprintf(group, sizeof group, "%.*s", name > path ? (int)(name - path - 1) : 0, path);
    const char *help = group_help(table, group);
    fprintf(out, ".Ss %s\n", group);
    if (help != NULL) {
        print_roff(out, help);
        fputc('\n', out);
    }
    fputs(".Bl -tag -width Ds\n", out);
}

void config_table_print_manual(const struct config_table *table, FILE *out)
{
    for (size_t i = 0; i < table->count; i++) {
        const char *path = table->keys[i].path;
        if (i == 0 || !same_group(table->keys[i - 1].path, path)) {
            fputs(i > 0 ? ".El\n" : "", out);
            begin_manual_group(table, path, out);
        }
        print_manual_key(&table->keys[i], out);
    }
    fputs(".El\n", out);
}
