/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libpq-fe.h>
#include <string.h>

#include "relay/relay_config.h"
#include "relay/relay_config_check.h"
#include "util/xmalloc.h"
#include "util/safe_file.h"

/* Parses the url. The message of libpq may quote the url with its password, so it is not used. */
static bool read_url(const char *url, bool *has_password)
{
    PQconninfoOption *options = PQconninfoParse(url, NULL);
    *has_password = false;
    for (const PQconninfoOption *option = options; option != NULL && option->keyword != NULL; option++) {
        if (strcmp(option->keyword, "password") == 0) {
            *has_password = option->val != NULL && option->val[0] != '\0';
        }
    }
    bool valid = options != NULL;
    PQconninfoFree(options);
    return valid;
}

static bool check_database(const struct relay_config *config, const struct config_file *file, struct err *err)
{
    bool in_url;
    bool by_file = config->database.password_file[0] != '\0';
    bool by_key = config->database.password[0] != '\0';
    if (!read_url(config->database.url, &in_url)) {
        return config_file_fault(file, "output.database.url", err,
                                 "is no connection URL or string of libpq (in a URL, a password needs %%XX for @ : / "
                                 "and the like)");
    }
    if (by_file && (by_key || in_url)) {
        return config_file_fault(file, "output.database.password_file", err, "%s", relay_config_twice);
    }
    if (config->reporting.output == RELAY_OUTPUT_DATABASE && !by_file && !by_key && !in_url) {
        return config_file_fault(file, "processing.reporting.output", err,
                                 "\"database\" needs output.database.password, password_file or a password in the url");
    }
    return true;
}

static char *read_password_file(const char *path, struct err *err)
{
    struct buffer content = {0};
    char *password = NULL;
    bool done = safe_file_read_followed(path, RELAY_CONFIG_SHORT_FILE, &content, err);
    struct slice line = relay_config_first_line(&content);
    line.len -= slice_ends_with(line, "\r");
    if (done && (line.len == 0 || memchr(line.at, '\0', line.len) != NULL)) {
        err_set(err, "%s: its first line is not a password", path);
    } else if (done) {
        password = xstrndup(line.at, line.len);
    }
    buffer_free(&content);
    return password;
}

static bool load_password(const char *path, char **password, struct err *err)
{
    char *read = path[0] != '\0' ? read_password_file(path, err) : NULL;
    if (read != NULL) {
        relay_config_replace(password, read);
    }
    return path[0] == '\0' || read != NULL;
}

static bool check_file(const struct relay_config *config, struct err *err)
{
    struct config_file *file = config_file_read(config->path, err);
    bool right = file != NULL && check_database(config, file, err);
    config_file_close(file);
    return right;
}

bool relay_config_load_passwords(struct relay_config *config, struct err *err)
{
    if (!check_file(config, err)) {
        return false;
    }
    bool upstream =
        config->reporting.output == RELAY_OUTPUT_UPSTREAM || config->inventory.output == RELAY_OUTPUT_UPSTREAM;
    bool database = config->reporting.output == RELAY_OUTPUT_DATABASE;
    bool done =
        (!database || load_password(config->database.password_file, &config->database.password, err)) &&
        (!upstream || load_password(config->upstream.password_file, &config->upstream.password, err)) &&
        (!upstream || load_password(config->upstream.default_password_file, &config->upstream.default_password, err));
    return done || err_prefix(err, "%s", config->path);
}

static char *read_password_key(const char *path, struct err *err)
{
    char *password = NULL;
    struct config_file *file = config_file_read(path, err);
    if (file != NULL) {
        const config_setting_t *setting = config_file_find(file, "output.database.password", NULL);
        const char *text = setting != NULL ? config_setting_get_string(setting) : NULL;
        password = xstrdup(text != NULL ? text : "");
    }
    config_file_close(file);
    return password;
}

char *relay_config_read_database_password(const void *config, struct err *err)
{
    const struct relay_config *now = config;
    const char *path = now->database.password_file;
    return path[0] != '\0' ? read_password_file(path, err) : read_password_key(now->path, err);
}
