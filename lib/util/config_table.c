/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/config_table.h"

#include <stdlib.h>
#include <string.h>

#include "util/byte_size.h"
#include "util/duration.h"
#include "util/xmalloc.h"

static void *field_of(const struct config_key *key, void *target)
{
    return (char *)target + key->field;
}

static void config_table_put_text(const struct config_key *key, void *target, const char *text)
{
    *(char **)field_of(key, target) = xstrdup(text);
}

static bool put_path(const struct config_key *key, void *target, const char *text, struct err *err)
{
    bool fits = text[0] == '/' || (text[0] == '\0' && key->preset[0] == '\0');
    if (!fits) {
        return err_set(err, "\"%s\" is not an absolute path", text);
    }
    config_table_put_text(key, target, text);
    return true;
}

static bool put_number(const struct config_key *key, void *target, int64_t value, struct err *err)
{
    if (value < key->low || value > key->high) {
        return err_set(err, "%lld is not between %lld and %lld", (long long)value, (long long)key->low,
                       (long long)key->high);
    }
    if (key->kind == CONFIG_INT) {
        *(int *)field_of(key, target) = (int)value;
    } else {
        *(int64_t *)field_of(key, target) = value;
    }
    return true;
}

static bool put_choice(const struct config_key *key, void *target, const char *text, struct err *err)
{
    char all[256] = "";
    for (int i = 0; key->choices[i] != NULL; i++) {
        if (strcmp(key->choices[i], text) == 0) {
            *(int *)field_of(key, target) = i; /* an enum of small values is as large as an int */
            return true;
        }
        size_t len = strlen(all);
        snprintf(all + len, sizeof all - len, "%s%s", i > 0 ? ", " : "", key->choices[i]);
    }
    return err_set(err, "\"%s\" is not one of %s", text, all);
}

static void put_bool(const struct config_key *key, void *target, bool value)
{
    *(bool *)field_of(key, target) = value;
}

static const char *kind_wanted(enum config_kind kind)
{
    switch (kind) {
    case CONFIG_INT:
        return "must be a whole number, without quotes";
    case CONFIG_SIZE:
        return "must be a number of bytes, or a text such as \"50MiB\"";
    case CONFIG_DURATION:
        return "must be a number of seconds, or a text such as \"1h30m\"";
    case CONFIG_BOOL:
        return "must be true or false, without quotes";
    case CONFIG_TEXTS:
        return "must be a list of texts: [ \"one\", \"two\" ]";
    default:
        return "must be a text in quotes";
    }
}

/* Sets a value from a text in quotes. Sizes and durations may also be numbers: another function takes those. */
static bool put_quoted(const struct config_key *key, void *target, const char *text, struct err *err)
{
    int64_t number;
    switch (key->kind) {
    case CONFIG_TEXT:
        config_table_put_text(key, target, text);
        return true;
    case CONFIG_PATH:
        return put_path(key, target, text, err);
    case CONFIG_CHOICE:
        return put_choice(key, target, text, err);
    case CONFIG_DURATION:
        return duration_parse(text, strlen(text), &number, err) && put_number(key, target, number, err);
    case CONFIG_SIZE:
        return byte_size_parse(text, &number, err) && put_number(key, target, number, err);
    default:
        return err_set(err, "%s", kind_wanted(key->kind));
    }
}

static bool put_preset(const struct config_key *key, void *target, struct err *err)
{
    switch (key->kind) {
    case CONFIG_INT:
        return put_number(key, target, strtoll(key->preset, NULL, 10), err);
    case CONFIG_BOOL:
        put_bool(key, target, strcmp(key->preset, "true") == 0);
        return true;
    case CONFIG_TEXTS:
        *(char ***)field_of(key, target) = xcalloc(1, sizeof(char *));
        return true;
    default:
        return put_quoted(key, target, key->preset, err);
    }
}

static bool put_list(const struct config_key *key, void *target, const config_setting_t *setting, struct err *err)
{
    if (key->kind != CONFIG_TEXTS) {
        return err_set(err, "%s", kind_wanted(key->kind));
    }
    int count = config_setting_length(setting);
    for (int i = 0; i < count; i++) {
        if (config_setting_get_string_elem(setting, i) == NULL) {
            return err_set(err, "%s", kind_wanted(key->kind));
        }
    }
    char **texts = xcalloc((size_t)count + 1, sizeof *texts);
    for (int i = 0; i < count; i++) {
        texts[i] = xstrdup(config_setting_get_string_elem(setting, i));
    }
    *(char ***)field_of(key, target) = texts;
    return true;
}

static bool put_setting(const struct config_key *key, void *target, const config_setting_t *setting, struct err *err)
{
    bool numeric = key->kind == CONFIG_INT || key->kind == CONFIG_SIZE || key->kind == CONFIG_DURATION;
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        if (numeric) {
            return put_number(key, target, config_setting_get_int64(setting), err);
        }
        break;
    case CONFIG_TYPE_BOOL:
        if (key->kind == CONFIG_BOOL) {
            put_bool(key, target, config_setting_get_bool(setting) == CONFIG_TRUE);
            return true;
        }
        break;
    case CONFIG_TYPE_STRING:
        return put_quoted(key, target, config_setting_get_string(setting), err);
    case CONFIG_TYPE_ARRAY:
    case CONFIG_TYPE_LIST:
        return put_list(key, target, setting, err);
    default:
        break;
    }
    return err_set(err, "%s", kind_wanted(key->kind));
}

static bool load_key(const struct config_key *key, const struct config_file *file, void *target, struct err *err)
{
    struct err fault;
    const config_setting_t *setting = config_file_find(file, key->path, &fault);
    if (setting == NULL && fault.text[0] != '\0') {
        return err_set(err, "%s", fault.text);
    }
    if (setting == NULL) {
        return put_preset(key, target, err) || err_prefix(err, "default of %s", key->path);
    }
    return put_setting(key, target, setting, &fault) || config_file_fault(file, key->path, err, "%s", fault.text);
}

bool config_table_load(const struct config_table *table, const struct config_file *file, void *target, struct err *err)
{
    for (size_t i = 0; i < table->count; i++) {
        if (!load_key(&table->keys[i], file, target, err)) {
            config_table_free(table, target);
            return false;
        }
    }
    return true;
}

static void free_texts(char **texts)
{
    for (char **text = texts; text != NULL && *text != NULL; text++) {
        free(*text);
    }
    free(texts);
}

void config_table_free(const struct config_table *table, void *target)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct config_key *key = &table->keys[i];
        if (key->kind == CONFIG_TEXTS) {
            free_texts(*(char ***)field_of(key, target));
            *(char ***)field_of(key, target) = NULL;
        } else if (key->kind == CONFIG_TEXT || key->kind == CONFIG_PATH) {
            free(*(char **)field_of(key, target));
            *(char **)field_of(key, target) = NULL;
        }
    }
}
