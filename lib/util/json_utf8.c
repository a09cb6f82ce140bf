/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/json_utf8.h"

#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"
#include "util/xmalloc.h"

json_t *json_utf8_new(const char *text)
{
    size_t len = strlen(text);
    char *clean = xmalloc(UTF8_REPLACEMENT_LEN * len + 1);
    json_t *json = json_stringn(clean, utf8_replace(clean, text, len));
    free(clean);
    return json;
}
