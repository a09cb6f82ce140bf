/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relayd_value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "relay/relay_config.h"
#include "relay/relay_config_keys.h"
#include "util/buffer.h"
#include "util/config_file.h"
#include "util/xmalloc.h"

/* NULL when there is no such key. */
static const struct config_key *relayd_value_key(const char *path)
{
    for (size_t i = 0; i < relay_config_table.count; i++) {
        if (strcmp(relay_config_table.keys[i].path, path) == 0) {
            return &relay_config_table.keys[i];
        }
    }
    return NULL;
}

const char *relayd_value_default(const char *path)
{
    const struct config_key *key = relayd_value_key(path);
    return key != NULL ? key->preset : "";
}

static void relayd_add_number(struct buffer *out, int64_t number)
{
    buffer_add_format(out, "%" PRId64 "%s", number, number > INT32_MAX || number < INT32_MIN ? "L" : "");
}

/* Gives the buffer's content as a text of its own. */
static char *relayd_take(struct buffer *out)
{
    char *value = xstrdup(buffer_cstr(out));
    buffer_free(out);
    return value;
}

char *relayd_value_of(const char *path, const struct toml_value *value)
{
    struct buffer out = {0};
    const struct config_key *key = relayd_value_key(path);
    switch (value->kind) {
    case TOML_TEXT: {
        size_t len = strlen(value->text);
        while (key != NULL && key->kind == CONFIG_PATH && len > 1 && value->text[len - 1] == '/') {
            len--;
        }
        char *text = xstrndup(value->text, len);
        config_quote(&out, text);
        free(text);
        break;
    }
    case TOML_INTEGER:
        relayd_add_number(&out, value->number);
        break;
    case TOML_BOOL:
        buffer_add_text(&out, value->number != 0 ? "true" : "false");
        break;
    case TOML_TEXTS:
        buffer_add_text(&out, "[ ");
        for (char **text = value->texts; *text != NULL; text++) {
            buffer_add_text(&out, text != value->texts ? ", " : "");
            config_quote(&out, *text);
        }
        buffer_add_text(&out, " ]");
        break;
    }
    return relayd_take(&out);
}

static char *relayd_value_of_list(const config_setting_t *setting)
{
    struct buffer out = {0};
    buffer_add_text(&out, "[ ");
    for (int i = 0; i < config_setting_length(setting); i++) {
        const char *text = config_setting_get_string_elem(setting, i);
        buffer_add_text(&out, i > 0 ? ", " : "");
        config_quote(&out, text != NULL ? text : "");
    }
    buffer_add_text(&out, " ]");
    return relayd_take(&out);
}

char *relayd_value_of_setting(const config_setting_t *setting)
{
    struct buffer out = {0};
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        relayd_add_number(&out, config_setting_get_int64(setting));
        return relayd_take(&out);
    case CONFIG_TYPE_BOOL:
        return xstrdup(config_setting_get_bool(setting) == CONFIG_TRUE ? "true" : "false");
    case CONFIG_TYPE_STRING:
        config_quote(&out, config_setting_get_string(setting));
        return relayd_take(&out);
    case CONFIG_TYPE_ARRAY:
    case CONFIG_TYPE_LIST:
        return relayd_value_of_list(setting);
    default:
        return NULL;
    }
}

/* Writes a file of this one setting, in the line of the original, for the messages. */
static void relayd_write_alone(struct buffer *out, const char *path, const char *value, unsigned line)
{
    int depth = 0;
    for (unsigned i = 1; i < line; i++) {
        buffer_add(out, "\n", 1);
    }
    for (const char *at = path;; depth++) {
        size_t len = strcspn(at, ".");
        buffer_add(out, at, len);
        if (at[len] == '\0') {
            break;
        }
        buffer_add_text(out, ": { ");
        at += len + 1;
    }
    buffer_add_format(out, " = %s;", value);
    for (; depth > 0; depth--) {
        buffer_add_text(out, " };");
    }
}

bool relayd_value_fits(const char *path, const char *value, const char *file, unsigned line, struct err *err)
{
    const struct config_table alone = {relayd_value_key(path), 1, NULL};
    struct relay_config scratch = {0};
    struct buffer text = {0};
    relayd_write_alone(&text, path, value, line);
    struct config_file *parsed = config_file_parse(file, buffer_slice(&text), err);
    bool fits = parsed != NULL && config_table_load(&alone, parsed, &scratch, err);
    if (fits) {
        config_table_free(&alone, &scratch);
    }
    config_file_close(parsed);
    buffer_free(&text);
    return fits;
}
