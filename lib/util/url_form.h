/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * url_form: the names and values of a query string or of a form in a request's body.
 *
 * Source: application/x-www-form-urlencoded, WHATWG URL 5.1: pairs between `&`, `+` for a space, %XX for any byte. A
 * `%` without two hex digits, a NUL (it would end the C string) and more than URL_FORM_MAX_PAIRS pairs are refused. The
 * values are still outside input, and may not be UTF-8.
 *
 * A name may occur several times: url_form_get gives the first value, url_form_count says how many there are.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/arena.h"
#include "util/err.h"
#include "util/slice.h"

enum { URL_FORM_MAX_PAIRS = 64 };

/* All zero bytes is a valid empty one. */
struct url_form {
    struct {
        const char *name;
        const char *value; /* "" without `=` */
    } pairs[URL_FORM_MAX_PAIRS];
    size_t count;
    struct arena text; /* owns both */
};

/* Replaces the previous content. False with err leaves the form empty. The caller limits the size of the text. */
bool url_form_parse(struct url_form *form, struct slice text, struct err *err);
void url_form_free(struct url_form *form);

/* NULL when there is none of that name. */
const char *url_form_get(const struct url_form *form, const char *name);
size_t url_form_count(const struct url_form *form, const char *name);
