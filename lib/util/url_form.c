/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/url_form.h"

#include <string.h>

#include "util/digest.h"

/* NULL with err when the text is malformed. */
static const char *url_form_decode(struct arena *arena, struct slice text, struct err *err)
{
    char *decoded = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '%') {
            unsigned char byte;
            if (text.len - i <= 2 || !digest_unhex(&byte, 1, text.at + i + 1, 2)) {
                err_set(err, "a %% without two hexadecimal digits in '%.*s'", text.len < 100 ? (int)text.len : 100,
                        text.at);
                return NULL;
            }
            c = (char)byte;
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        if (c == '\0') {
            err_set(err, "a NUL in a parameter");
            return NULL;
        }
        decoded[len++] = c;
    }
    decoded[len] = '\0';
    return decoded;
}

static void url_form_clear(struct url_form *form)
{
    form->count = 0;
    arena_clear(&form->text);
}

bool url_form_parse(struct url_form *form, struct slice text, struct err *err)
{
    url_form_clear(form);
    while (text.len > 0) {
        struct slice value = slice_take_until(&text, '&');
        if (value.len == 0) {
            continue;
        }
        if (form->count == URL_FORM_MAX_PAIRS) {
            url_form_clear(form);
            return err_set(err, "more than %d parameters", URL_FORM_MAX_PAIRS);
        }
        struct slice name = slice_take_until(&value, '=');
        const char *decoded_name = url_form_decode(&form->text, name, err);
        const char *decoded_value = decoded_name != NULL ? url_form_decode(&form->text, value, err) : NULL;
        if (decoded_value == NULL) {
            url_form_clear(form);
            return false;
        }
        form->pairs[form->count].name = decoded_name;
        form->pairs[form->count].value = decoded_value;
        form->count++;
    }
    return true;
}

void url_form_free(struct url_form *form)
{
    form->count = 0;
    arena_free(&form->text);
}

const char *url_form_get(const struct url_form *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++) {
        if (strcmp(form->pairs[i].name, name) == 0) {
            return form->pairs[i].value;
        }
    }
    return NULL;
}

size_t url_form_count(const struct url_form *form, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < form->count; i++) {
        count += strcmp(form->pairs[i].name, name) == 0;
    }
    return count;
}
