/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libpq-fe.h>
#include <string.h>

#include "relay/relay_config.h"
#include "relay/relay_config_check.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

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

/* A url and the password for it, with the names of their keys. */
struct login {
    const char *url;
    const char *password;
    const char *password_file;
    const char *url_key;
    const char *password_file_key;
};

static bool check_login(const struct login *login, const struct config_file *file, bool *has_password, struct err *err)
{
    bool in_url;
    bool by_file = login->password_file[0] != '\0';
    bool by_key = login->password[0] != '\0';
    if (!read_url(login->url, &in_url)) {
        return config_file_fault(file, login->url_key, err,
                                 "is no connection URL or string of libpq (in a URL, a password needs %%XX for @ : / "
                                 "and the like)");
    }
    if (by_file && (by_key || in_url)) {
        return config_file_fault(file, login->password_file_key, err, "%s", relay_config_twice);
    }
    *has_password = by_file || by_key || in_url;
    return true;
}

static bool check_purge(const struct relay_config *config, const struct config_file *file, struct err *err)
{
    const struct relay_config_purge *purge = &config->database.purge;
    bool has_password; /* it may do without: with peer authentication */
    return check_login(&(struct login){purge->url, purge->password, purge->password_file, "output.database.purge.url",
                                       "output.database.purge.password_file"},
                       file, &has_password, err);
}

static bool check_database(const struct relay_config *config, const struct config_file *file, struct err *err)
{
    bool has_password;
    if (!check_login(&(struct login){config->database.url, config->database.password, config->database.password_file,
                                     "output.database.url", "output.database.password_file"},
                     file, &has_password, err)) {
        return false;
    }
    if (config->reporting.output == RELAY_OUTPUT_DATABASE && !has_password) {
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
    slice_take_end(&line, "\r");
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
    bool right = file != NULL && check_database(config, file, err) && check_purge(config, file, err);
    config_file_close(file);
    return right;
}

bool relay_config_load_passwords(struct relay_config *config, struct err *err)
{
    if (!check_file(config, err)) {
        return false;
    }
    bool upstream = relay_config_uses_upstream(config);
    bool database = config->reporting.output == RELAY_OUTPUT_DATABASE;
    bool done =
        (!database || load_password(config->database.password_file, &config->database.password, err)) &&
        (!upstream || load_password(config->upstream.password_file, &config->upstream.password, err)) &&
        (!upstream || load_password(config->upstream.default_password_file, &config->upstream.default_password, err));
    return done || err_prefix(err, "%s", config->path);
}

bool relay_config_load_purge_password(struct relay_config *config, struct err *err)
{
    struct relay_config_purge *purge = &config->database.purge;
    return check_file(config, err) &&
           (load_password(purge->password_file, &purge->password, err) || err_prefix(err, "%s", config->path));
}

static char *read_password_key(const char *path, const char *key, const char *otherwise, struct err *err)
{
    char *password = NULL;
    struct config_file *file = config_file_read(path, err);
    if (file != NULL) {
        const config_setting_t *setting = config_file_find(file, key, NULL);
        const char *text = setting != NULL ? config_setting_get_string(setting) : NULL;
        password = xstrdup(text != NULL ? text : otherwise);
    }
    config_file_close(file);
    return password;
}

char *relay_config_read_password(const struct relay_config *config, enum relay_password which, struct err *err)
{
    const struct {
        const char *key;
        const char *loaded;
        const char *path;
    } passwords[] = {
        [RELAY_PASSWORD_DATABASE] = {"output.database.password", config->database.password,
                                     config->database.password_file},
        [RELAY_PASSWORD_UPSTREAM] = {"output.upstream.password", config->upstream.password,
                                     config->upstream.password_file},
        [RELAY_PASSWORD_UPSTREAM_DEFAULT] = {"output.upstream.default_password", config->upstream.default_password,
                                             config->upstream.default_password_file},
    };
    return passwords[which].path[0] != '\0'
               ? read_password_file(passwords[which].path, err)
               : read_password_key(config->path, passwords[which].key, passwords[which].loaded, err);
}

char *relay_config_read_database_password(const void *config, struct err *err)
{
    return relay_config_read_password(config, RELAY_PASSWORD_DATABASE, err);
}
