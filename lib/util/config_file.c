/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/config_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buffer.h"
#include "util/config_preprocess.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

struct config_file {
    char *name;
    config_t config;
};

static bool config_file_parse_text(struct config_file *file, struct slice text, struct err *err)
{
    struct buffer prepared = {0};
    unsigned line;
    bool done = config_preprocess(text, &prepared, &line, err);
    if (!done) {
        err_prefix(err, "%s:%u", file->name, line);
    } else if (config_read_string(&file->config, buffer_cstr(&prepared)) != CONFIG_TRUE) {
        done =
            err_set(err, "%s:%d: %s", file->name, config_error_line(&file->config), config_error_text(&file->config));
    }
    buffer_free(&prepared);
    return done;
}

struct config_file *config_file_parse(const char *name, struct slice text, struct err *err)
{
    struct config_file *file = xcalloc(1, sizeof *file);
    file->name = xstrdup(name);
    config_init(&file->config);
    if (!config_file_parse_text(file, text, err)) {
        config_file_close(file);
        return NULL;
    }
    return file;
}

struct config_file *config_file_read(const char *path, struct err *err)
{
    struct buffer text = {0};
    struct config_file *file = NULL;
    if (safe_file_read_followed(path, CONFIG_FILE_LIMIT, &text, err)) {
        file = config_file_parse(path, buffer_slice(&text), err);
    }
    buffer_free(&text);
    return file;
}

void config_file_close(struct config_file *file)
{
    if (file != NULL) {
        config_destroy(&file->config);
        free(file->name);
        free(file);
    }
}

const char *config_file_name(const struct config_file *file)
{
    return file->name;
}

const config_setting_t *config_file_root(const struct config_file *file)
{
    return config_root_setting(&file->config);
}

const config_setting_t *config_file_find(const struct config_file *file, const char *key, struct err *err)
{
    config_setting_t *at = config_root_setting(&file->config);
    if (err != NULL) {
        err->text[0] = '\0';
    }
    for (const char *element = key; at != NULL;) {
        char name[64];
        size_t len = strcspn(element, ".");
        if (!config_setting_is_group(at)) {
            err_set(err, "%s:%u: %.*s: must be a group: { ... }", file->name, (unsigned)config_setting_source_line(at),
                    (int)(element - key - 1), key);
            return NULL;
        }
        snprintf(name, sizeof name, "%.*s", (int)len, element);
        at = config_setting_get_member(at, name);
        if (element[len] == '\0') {
            break;
        }
        element += len + 1;
    }
    return at;
}

bool config_file_fault(const struct config_file *file, const char *key, struct err *err, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    err_vset(err, format, args);
    va_end(args);
    const config_setting_t *setting = config_file_find(file, key, NULL);
    return setting == NULL
               ? err_prefix(err, "%s: %s", file->name, key)
               : err_prefix(err, "%s:%u: %s", file->name, (unsigned)config_setting_source_line(setting), key);
}
