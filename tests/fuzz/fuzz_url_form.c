/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "util/buffer.h"
#include "util/url_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void encode(struct buffer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        buffer_add_format(out, "%%%02X", (unsigned char)*text);
    }
}

/* What was understood, encoded again, must be understood the same. */
static void fuzz_url_form_require_same_again(const struct url_form *form)
{
    struct buffer text = {0};
    struct url_form again = {0};
    for (size_t i = 0; i < form->count; i++) {
        encode(&text, form->pairs[i].name);
        buffer_add_text(&text, "=");
        encode(&text, form->pairs[i].value);
        buffer_add_text(&text, "&");
    }
    fuzz_require(url_form_parse(&again, buffer_slice(&text), NULL));
    fuzz_require(again.count == form->count);
    for (size_t i = 0; i < form->count; i++) {
        fuzz_require(strcmp(again.pairs[i].name, form->pairs[i].name) == 0);
        fuzz_require(strcmp(again.pairs[i].value, form->pairs[i].value) == 0);
        fuzz_require(url_form_get(form, form->pairs[i].name) != NULL);
    }
    url_form_free(&again);
    buffer_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct url_form form = {0};
    struct err err = {""};
    if (url_form_parse(&form, (struct slice){(const char *)data, size}, &err)) {
        fuzz_url_form_require_same_again(&form);
    } else {
        fuzz_require(err.text[0] != '\0' && form.count == 0);
    }
    url_form_free(&form);
    return 0;
}
