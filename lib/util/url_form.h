/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * url_form: the names and values of a query string or of a form in a request's body.
 *
 * Source: application/x-www-form-urlencoded, WHATWG URL 5.1: pairs between `&`, `+` for a space, %XX for any byte.
 * Refused are a `%` that no two hex digits follow, a NUL (it would end the text for whoever looks at it), and more than
 * URL_FORM_MAX_PAIRS pairs. Anything else is outside input still, UTF-8 or not.
 *
 * A name may come several times: url_form_get gives the first; url_form_count tells.
 */
#ifndef RELAY_UTIL_URL_FORM_H
#define RELAY_UTIL_URL_FORM_H

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

/* What was in it before is gone. False with err leaves it empty. The caller limits the text's size beforehand. */
bool url_form_parse(struct url_form *form, struct slice text, struct err *err);
void url_form_free(struct url_form *form);

/* NULL when there is none of that name. */
const char *url_form_get(const struct url_form *form, const char *name);
size_t url_form_count(const struct url_form *form, const char *name);

#endif
