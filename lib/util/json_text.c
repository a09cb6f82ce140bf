/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/json_text.h"

#include <stdlib.h>
#include <string.h>

#include "util/memory.h"
#include "util/utf8.h"

json_t *json_text_new(const char *text)
{
    size_t len = strlen(text);
    char *clean = memory_alloc(UTF8_REPLACEMENT_LEN * len + 1);
    json_t *json = json_stringn(clean, utf8_replace(clean, text, len));
    free(clean);
    return json;
}
