/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "relayd_import.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "relay/relay_config_keys.h"
#include "relayd_database_url.h"
#include "relayd_rules.h"
#include "relayd_value.h"
#include "toml_document.h"
#include "util/duration.h"
#include "util/http_url.h"
#include "util/safe_file.h"
#include "util/xmalloc.h"

/* One key of relayd's files on its way. */
struct relayd_key {
    struct relayd_import *import;
    const struct relayd_rule *rule;
    const struct toml_entry *entry;
    const char *file;
};

static const struct {
    const char *key;
    const char *file;
} password_files[RELAYD_PASSWORDS] = {
    [RELAYD_PASSWORD_DATABASE] = {"output.database.password_file", "database-password"},
    [RELAYD_PASSWORD_UPSTREAM] = {"output.upstream.password_file", "upstream-password"},
    [RELAYD_PASSWORD_DEFAULT] = {"output.upstream.default_password_file", "upstream-default-password"},
};

const char *relayd_import_password_key(enum relayd_password password)
{
    return password_files[password].key;
}

const char *relayd_import_password_file(enum relayd_password password)
{
    return password_files[password].file;
}

static bool relayd_has(const struct relayd_import *import, const char *path)
{
    return config_assignment_find(import->settings, import->count, path) != NULL;
}

void relayd_import_set(struct relayd_import *import, const char *path, char *value, const char *comment)
{
    if (import->count == RELAYD_IMPORT_SETTINGS_MAX || relayd_has(import, path)) {
        free(value);
        return;
    }
    import->settings[import->count++] = (struct config_assignment){path, value, xstrdup(comment)};
}

/* Adds a line to the notes: file, line, key and why it is not carried over. The value is not told: it may be secret. */
static void relayd_note(const struct relayd_key *key, struct buffer *notes, const char *why)
{
    struct err line; /* makes the file's name printable */
    err_set(&line, "%s:%u: %s: %s", key->file, key->entry->line, key->entry->key, why);
    buffer_add_format(notes, "%s\n", line.text);
}

static const char *relayd_target(const struct relayd_key *key)
{
    return key->rule->to != NULL ? key->rule->to : key->rule->key;
}

/* Takes value over. */
static bool relayd_carry(const struct relayd_key *key, const char *path, char *value, struct err *err)
{
    struct err comment;
    struct err why;
    if (relayd_value_fits(path, value, key->file, key->entry->line, &why)) {
        err_set(&comment, "%s:%u", key->file, key->entry->line);
        relayd_import_set(key->import, path, value, comment.text);
        return true;
    }
    free(value);
    if (key->rule->action != RELAYD_CARRY && key->rule->action != RELAYD_RETENTION) {
        return err_set(err, "%s", why.text);
    }
    buffer_add_format(&key->import->notes, "%s (not carried over)\n", why.text);
    return true;
}

static bool relayd_carry_entry(const struct relayd_key *key, struct err *err)
{
    const char *path = relayd_target(key);
    return relayd_carry(key, path, relayd_value_of(path, &key->entry->value), err);
}

static bool relayd_refuse(const struct relayd_key *key, struct err *err, const char *why)
{
    return err_set(err, "%s:%u: %s: %s", key->file, key->entry->line, key->entry->key, why);
}

static bool relayd_take_password(const struct relayd_key *key, enum relayd_password which, const char *password,
                                 struct err *err)
{
    if (strpbrk(password, "\r\n") != NULL) {
        return relayd_refuse(key, err, "a password with a line end cannot be kept in a file");
    }
    if (password[0] != '\0') {
        free(key->import->passwords[which]);
        key->import->passwords[which] = xstrdup(password);
    }
    return true;
}

static bool relayd_is_text(const struct relayd_key *key, struct err *err)
{
    return key->entry->value.kind == TOML_TEXT || relayd_refuse(key, err, "must be a text in quotes");
}

static bool relayd_password(const struct relayd_key *key, struct err *err)
{
    return relayd_is_text(key, err) &&
           relayd_take_password(key, (enum relayd_password)key->rule->password, key->entry->value.text, err);
}

/* The password in the URL counts only if there is none beside it, as with relayd. */
static bool relayd_url(const struct relayd_key *key, struct err *err)
{
    char *url = NULL;
    char *password = NULL;
    if (!relayd_is_text(key, err)) {
        return false;
    }
    if (!relayd_database_url(key->entry->value.text, &url, &password)) {
        return relayd_refuse(key, err, "is no connection URL or string of libpq");
    }
    bool done = password == NULL || key->import->passwords[RELAYD_PASSWORD_DATABASE] != NULL ||
                relayd_take_password(key, RELAYD_PASSWORD_DATABASE, password, err);
    if (done) {
        struct buffer value = {0};
        config_quote(&value, url);
        done = relayd_carry(key, relayd_target(key), xstrdup(buffer_cstr(&value)), err);
        buffer_free(&value);
    }
    free(url);
    free(password);
    return done;
}

static bool relayd_retention(const struct relayd_key *key, struct err *err)
{
    int64_t seconds;
    int64_t ours;
    const char *preset = relayd_value_default(key->rule->key);
    const struct toml_value *value = &key->entry->value;
    bool text = value->kind == TOML_TEXT;
    bool read = text ? duration_parse(value->text, strlen(value->text), &seconds, NULL) : value->kind == TOML_INTEGER;
    seconds = text ? seconds : value->number;
    if (!read || (duration_parse(preset, strlen(preset), &ours, NULL) && seconds > ours)) {
        return relayd_carry_entry(key, err); /* tells of one that cannot be read */
    }
    relayd_note(key, &key->import->template_notes, "root's policies always write this; the longer default stays");
    return true;
}

static bool relayd_level(const struct relayd_key *key, struct err *err)
{
    const struct toml_value *value = &key->entry->value;
    if (value->kind == TOML_TEXT && strcmp(value->text, "off") == 0) {
        relayd_note(key, &key->import->notes, "errors are always logged: \"error\" instead");
        return relayd_carry(key, relayd_target(key), xstrdup("\"error\""), err);
    }
    return relayd_carry_entry(key, err);
}

static bool relayd_model(const struct relayd_key *key, struct err *err)
{
    static const char *const older[][2] = {{"rudder", "\"cert_pinning\""},
                                           {"system", "\"cert_validation\""},
                                           {"system_root_certs", "\"cert_validation\""}};
    const struct toml_value *value = &key->entry->value;
    for (size_t i = 0; value->kind == TOML_TEXT && i < sizeof older / sizeof *older; i++) {
        if (strcmp(value->text, older[i][0]) == 0) {
            return relayd_carry(key, relayd_target(key), xstrdup(older[i][1]), err);
        }
    }
    return relayd_carry_entry(key, err);
}

/* Only files from before peer_authentication mean it: a newer relayd does not know the key. */
static bool relayd_verify(const struct relayd_key *key, struct err *err)
{
    const struct toml_value *value = &key->entry->value;
    if (value->kind != TOML_BOOL) {
        return relayd_refuse(key, err, "must be true or false");
    }
    if (value->number == 0 && !relayd_has(key->import, "general.peer_authentication")) {
        relayd_note(key, &key->import->notes, "deprecated: general.peer_authentication = \"dangerous_none\" instead");
        return relayd_carry(key, relayd_target(key), xstrdup("\"dangerous_none\""), err);
    }
    relayd_note(key, &key->import->notes, "deprecated, without effect");
    return true;
}

/* https://HOST[:PORT][/...] */
static bool relayd_old_url(const struct relayd_key *key, struct err *err)
{
    static const char scheme[] = "https://";
    if (!relayd_is_text(key, err)) {
        return false;
    }
    if (relayd_has(key->import, "output.upstream.host")) {
        relayd_note(key, &key->import->notes, "deprecated, without effect beside output.upstream.host");
        return true;
    }
    const char *host = key->entry->value.text;
    host += strncmp(host, scheme, sizeof scheme - 1) == 0 ? sizeof scheme - 1 : 0;
    size_t len = strcspn(host, ":/");
    const char *port = host + len + (host[len] == ':');
    size_t digits = host[len] == ':' ? strspn(port, "0123456789") : 0;
    if (!http_url_is_host((struct slice){host, len}) || digits > 5 || strchr("/", port[digits]) == NULL) {
        return relayd_refuse(key, err, "is no URL https://HOST:PORT; name output.upstream.host instead");
    }
    relayd_note(key, &key->import->notes, "deprecated: output.upstream.host and general.https_port instead");
    return relayd_carry(key, "output.upstream.host", xasprintf("\"%.*s\"", (int)len, host), err) &&
           (digits == 0 || relayd_carry(key, "general.https_port", xasprintf("%.*s", (int)digits, port), err));
}

static bool relayd_nothing_but(const struct relayd_key *key, const char *text)
{
    const struct toml_value *value = &key->entry->value;
    if (value->kind != TOML_TEXT || strcmp(value->text, text) != 0) {
        relayd_note(key, &key->import->notes, key->rule->why);
    }
    return true;
}

static bool relayd_apply(const struct relayd_key *key, struct err *err)
{
    switch (key->rule->action) {
    case RELAYD_CARRY:
    case RELAYD_NEED:
        return relayd_carry_entry(key, err);
    case RELAYD_URL:
        return relayd_url(key, err);
    case RELAYD_PASSWORD:
        return relayd_password(key, err);
    case RELAYD_TEMPLATE:
        relayd_note(key, &key->import->template_notes, key->rule->why);
        return true;
    case RELAYD_RETENTION:
        return relayd_retention(key, err);
    case RELAYD_LEVEL:
        return relayd_level(key, err);
    case RELAYD_LISTEN:
        return relayd_nothing_but(key, "127.0.0.1:3030");
    case RELAYD_OLD_URL:
        return relayd_old_url(key, err);
    case RELAYD_OLD_MODEL:
        return relayd_model(key, err);
    case RELAYD_OLD_VERIFY:
        return relayd_verify(key, err);
    case RELAYD_NOTHING:
        return relayd_nothing_but(key, "");
    }
    return true;
}

typedef const struct relayd_rule *relayd_rule_find(const char *key);

/* Deprecated keys, and the URL that may hold a password, yield to the others, so they come second. */
static bool relayd_apply_all(struct relayd_import *import, const struct toml_document *document, const char *file,
                             relayd_rule_find *find, struct err *err)
{
    for (int second = 0; second < 2; second++) {
        for (size_t i = 0; i < document->count; i++) {
            struct relayd_key key = {import, find(document->entries[i].key), &document->entries[i], file};
            bool yields = key.rule != NULL && (key.rule->action == RELAYD_URL || key.rule->action == RELAYD_OLD_URL ||
                                               key.rule->action == RELAYD_OLD_VERIFY);
            if (key.rule == NULL && second == 0) {
                relayd_note(&key, &import->notes, "relayd has no such key");
            } else if (key.rule != NULL && yields == (second == 1) && !relayd_apply(&key, err)) {
                return false;
            }
        }
    }
    return true;
}

static bool relayd_read_file(struct relayd_import *import, const char *path, relayd_rule_find *find, struct err *err)
{
    struct buffer text = {0};
    struct toml_document *document = NULL;
    bool done = safe_file_read_followed(path, TOML_FILE_MAX, &text, err) &&
                (document = toml_document_parse(path, buffer_slice(&text), err)) != NULL &&
                relayd_apply_all(import, document, path, find, err);
    toml_document_free(document); /* free keeps errno */
    buffer_free(&text);
    return done;
}

bool relayd_import_read(const char *directory, struct relayd_import *import, struct err *err)
{
    char *path = xasprintf("%s/main.conf", directory);
    char *logging = xasprintf("%s/logging.conf", directory);
    bool done = relayd_read_file(import, path, relayd_rule_main, err);
    if (done) {
        errno = 0;
        done = relayd_read_file(import, logging, relayd_rule_logging, err) || errno == ENOENT;
    }
    free(path);
    free(logging);
    return done;
}

void relayd_import_keep(struct relayd_import *import, const struct config_file *old)
{
    for (size_t i = 0; i < relay_config_table.count; i++) {
        const char *path = relay_config_table.keys[i].path;
        const config_setting_t *setting = config_file_find(old, path, NULL);
        char *value = setting != NULL && !relayd_rules_decide(path) ? relayd_value_of_setting(setting) : NULL;
        if (value != NULL) {
            relayd_import_set(import, path, value, "kept");
        }
    }
}

void relayd_import_free(struct relayd_import *import)
{
    for (size_t i = 0; i < import->count; i++) {
        free((char *)import->settings[i].value);
        free((char *)import->settings[i].comment);
    }
    for (size_t i = 0; i < RELAYD_PASSWORDS; i++) {
        free(import->passwords[i]);
    }
    buffer_free(&import->notes);
    buffer_free(&import->template_notes);
}
