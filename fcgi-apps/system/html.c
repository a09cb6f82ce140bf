/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "system/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"
#include "util/utf8_invisible.h"

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

static bool may_stand(const unsigned char *at, size_t len)
{
    return len > 0 && (*at == '\t' || *at == '\n' || !utf8_invisible(at, len));
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
        } else if (may_stand((const unsigned char *)text, len)) {
            buffer_add(out, text, len);
        } else {
            buffer_add_text(out, UTF8_REPLACEMENT);
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
