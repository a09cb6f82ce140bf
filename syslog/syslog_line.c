/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "syslog_line.h"

#include <jansson.h>
#include <string.h>

#include "util/utf8.h"

static json_t *parse_object(struct slice text)
{
    struct buffer clean = {0};
    char *at = buffer_reserve(&clean, utf8_replaced_len(text.at, text.len));
    clean.len = utf8_replace(at, text.at, text.len);
    json_t *object = json_loadb(clean.at, clean.len, JSON_REJECT_DUPLICATES, NULL);
    buffer_free(&clean);
    if (!json_is_object(object)) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* Copies a short text without control characters. */
static bool copy_member(const json_t *object, const char *name, char *out, size_t size, struct err *err)
{
    const json_t *member = json_object_get(object, name);
    const char *text = json_string_value(member);
    size_t len = json_string_length(member);
    if (text == NULL || len == 0 || len >= size || slice_has_control((struct slice){text, len})) {
        return err_set(err, "it has no good \"%s\"", name);
    }
    memcpy(out, text, len + 1);
    return true;
}

static bool is_id(const char *id)
{
    return id[strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

bool syslog_line_read(struct syslog_line *line, struct slice text, struct err *err)
{
    json_t *object = text.len > 0 ? parse_object(text) : NULL;
    if (object == NULL) {
        return err_set(err, "it is not as the template of rudder-relay-syslog.conf makes it");
    }
    const json_t *message = json_object_get(object, "message");
    bool good = copy_member(object, "id", line->id, sizeof line->id, err) &&
                copy_member(object, "from", line->from, sizeof line->from, err) &&
                copy_member(object, "time", line->time, sizeof line->time, err);
    if (good && !is_id(line->id)) {
        good = err_set(err, "it has no good \"id\"");
    }
    if (good && !json_is_string(message)) {
        good = err_set(err, "it has no \"message\"");
    }
    if (good) {
        buffer_clear(&line->message);
        buffer_add(&line->message, json_string_value(message), json_string_length(message));
    }
    json_decref(object);
    return good;
}

void syslog_line_free(struct syslog_line *line)
{
    buffer_free(&line->message);
}
