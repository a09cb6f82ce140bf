/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/xmalloc.h"
#include "util/utf8.h"

static const char *reference(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* C0 controls, DEL and C1 controls (U+0080 to U+009F, two bytes). */
static bool is_control(const unsigned char *at, size_t len)
{
    if (len == 1) {
        return (at[0] < ' ' && at[0] != '\t' && at[0] != '\n') || at[0] == 0x7f;
    }
    return len == 2 && at[0] == 0xc2 && at[1] < 0xa0;
}

void html_add(struct buffer *out, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        size_t bad = 0;
        size_t len = utf8_sequence((const unsigned char *)text, left, &bad);
        const char *escaped = len == 1 ? reference(*text) : NULL;
        if (escaped != NULL) {
            buffer_add_text(out, escaped);
        } else if (len == 0 || is_control((const unsigned char *)text, len)) {
            buffer_add_text(out, UTF8_REPLACEMENT);
        } else {
            buffer_add(out, text, len);
        }
        len = len > 0 ? len : bad;
        text += len;
        left -= len;
    }
}

void html_add_format(struct buffer *out, const char *format, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    if (len >= 0) {
        html_add(out, text);
        free(text);
    }
}
